package cost

// Metrics that functions write themselves, or that filters make of their lines, in a month in which an event came: a test of
// infra/cloudwatch counts them in what a stack logs.
const (
	PipelineMetrics = 21
	ReasonMetrics   = 2 // requests that were stored, and duplicates
	BooksMetrics    = 1 // of the shop's sweep
	ActionMetrics   = 1 // of fetch and of each action
)

// AlarmsOfAction are the metrics that the alarms of fetch and of each action read.
const AlarmsOfAction = 3

// readsOfSecret is how often one process that runs all month reads a secret.
const readsOfSecret = minutes / 5

// absentQueues are those of dead letters that reconcile looks for in vain: of record-mail, and
// of the two buses under a key. They have no attributes to ask for, so they are not counted.
const absentQueues = 3

// Metrics of the stack. Fetch counts as an action.
func (s Stack) Metrics() float64 {
	return PipelineMetrics + ReasonMetrics + BooksMetrics + ActionMetrics*float64(len(s.Actions)+1)
}

// Alarming is what alarms and metrics cost in a month.
func (s Stack) Alarming() []Line {
	return []Line{{"metrics that alarms read", float64(s.Alarms), alarmMetrics}, {"custom metrics", s.Metrics(), customMetrics}}
}

// Idle is the bill of a month without an event, in which reconcile alone writes metrics.
// run is what one of its runs asks.
func (s Stack) Idle(run Counted) []Line {
	lambda, logs := s.lambda(Reconcile, run), logged(run)*minutes
	lines := []Line{
		{"metrics that alarms read", float64(s.Alarms), alarmMetrics},
		{"metrics of reconcile", float64(len(run.Metrics)), customMetrics},
		{"dashboard", float64(s.Boards), dashboards},
		{"idle polls of queues", float64(s.Polled) * polls * hours, queueRequests},
	}
	for _, l := range []Line{
		{"invocations of reconcile", lambda[0].Quantity, lambdaRequests},
		{"GB-seconds of reconcile", lambda[1].Quantity, lambdaSeconds},
		{"its reads", total(run.Read), readUnits},
		{"its writes", total(run.Write), writeUnits},
		{"its questions to queues", run.Asked + absentQueues, queueRequests},
	} {
		l.Quantity *= minutes
		lines = append(lines, l)
	}
	return append(lines,
		Line{"GB of its logs", logs, logBytes},
		Line{"GB-months of its logs", logs * compressed * s.LogDays / days, logStorage},
		Line{"secrets", float64(s.Secrets), secrets},
		Line{"its reads of a secret", readsOfSecret, secretRequests},
	)
}

// Flood is the bill of a day of requests without a right signature, at the throttle.
func (s Stack) Flood(c Counted) []Line {
	var lines []Line
	for _, l := range s.Event(Unsigned, c) {
		if l.Quantity *= s.Rate * 86400; l.Quantity > 0 {
			lines = append(lines, l)
		}
	}
	return lines
}

// access is what a million requests cost in the access log.
func access(c Counted) float64 {
	return logBytes.of(million * (c.Functions[API].Bytes + perLine*c.Functions[API].Lines) / gb)
}
