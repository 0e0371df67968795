package main

const (
	alarmsFile = "infra/check/alarms.go"
	probeFile  = "internal/doctor/alarm_probe.go"
)

// alarmed: an alarm calls for what is wrong and says what to type, and nothing that anybody
// can post raises one.
var alarmed = []guard{
	{
		"an alarm says when it is over", alarmsFile,
		`	if fmt.Sprint(p["OKActions"]) != actions {`, `	if false {`, named("BrokenTemplate", "infra/check"),
	},
	{
		"an alarm ends with the command to type", alarmsFile,
		`; !strings.HasPrefix(command, "payhooks ") || !strings.HasSuffix(command, " --stack ${AWS::StackName}") {`, `; command == "x" {`, named("BrokenTemplate", "infra/check"),
	},
	{
		"no alarm waits for a metric that nothing counts", alarmsFile,
		`!strings.HasPrefix(m.namespace, "AWS/") && !known[m] {`, `false && !known[m] {`, named("BrokenTemplate", "infra/check"),
	},
	{
		"an alarm on a gauge neither adds it up nor goes off for one run", alarmsFile,
		`got != want[property] {`, `got != want[property] && false {`, named("BrokenTemplate", "infra/check"),
	},
	{
		"nothing is undelivered before anything was delivered", "internal/reconcile/accept.go",
		` && !first.IsZero() && f.Created.After(first) {`, ` && (first.IsZero() || f.Created.After(first)) {`, named("EventsCountAsUndelivered", "internal/reconcile"),
	},
	{
		"what an operator lists early is not undelivered", "internal/reconcile/accept.go",
		`r == &m.Fetched && !m.run.Now && `, `r == &m.Fetched && `, named("EventsCountAsUndelivered", "internal/reconcile"),
	},
	{
		"a stack that never got an event is not silent", "internal/status/gauges.go",
		`	if s.Newest.IsZero() {
		return 0
	}
	return int(now`, `	return int(now`, named("NothingGoesOffWhenAStackIsMade", "infra/cloudwatch"),
	},
	{
		"a refused call of a transaction counts for its table", "internal/dynamo/throttled.go",
		`			if throttles(aws.ToString(why.Code)) && i`, `			if (why.Code != nil || throttles("")) && i`, named("EveryThrottledTry", "internal/dynamo"),
	},
	{
		"a throttled call of an index counts for the index", "internal/dynamo/throttled.go",
		`	return *name
}`, `	return noIndex
}`, named("EveryThrottledTry", "internal/dynamo"),
	},
	{
		"what was counted is written once", "internal/metric/counts.go",
		`	c.all = nil
`, ``, named("CountsAreWrittenOnce", "internal/metric"),
	},
	{
		"a probe reads the action of the change that it made", probeFile,
		`found.at.After(before) && found.state`, `found.state`, named("ProbeFails", "internal/doctor"),
	},
	{
		"a probe sets the alarm back", probeFile,
		`	if back := r.Alarms.SetAlarmState(context.WithoutCancel(ctx), name, calls.AlarmOK, testReason); err == nil {
		err = back
	}
`, ``, named("TestProbe", "internal/doctor"),
	},
	{
		"a probe leaves an alarm alone that is red", probeFile,
		`a.StateValue == calls.AlarmOK && a.`, `a.`, named("TestProbe", "internal/doctor"),
	},
}
