package cost

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Line is one item of a bill: how much of it, and what that costs.
type Line struct {
	Item     string
	Quantity float64
	Price    *Price
}

// Dollars are what the line costs.
func (l Line) Dollars() float64 { return l.Price.of(l.Quantity) }

func sum(lines []Line) (dollars float64) {
	for _, l := range lines {
		dollars += l.Dollars()
	}
	return dollars
}

// What is not counted but assumed, since it is AWS that does it.
const (
	// perMessage are the requests of a message that travels alone: sent by the rule,
	// received and deleted by Lambda. Lambda takes up to ten with one of each.
	perMessage = 3
	// polls of an idle queue in an hour: with a MaximumConcurrency Lambda keeps five
	// pollers, each of which waits for 20 seconds.
	polls = 5 * 3600 / 20
	// perLine is what CloudWatch adds to each line of a log, in bytes.
	perLine = 26
	// compressed is what remains of a log in storage.
	compressed = 0.15
)

// The lines that Lambda writes for each invocation at the level INFO, as they are in the
// format JSON.
const (
	startLine  = `{"time":"2026-11-30T10:07:32.268Z","type":"platform.start","record":{"requestId":"cb7094bb-298b-49cd-96b6-0cfe3c0107fb","functionArn":"arn:aws:lambda:us-east-1:123456789012:function:payhooks-GrantAccess-AbCdEfGhIjKl","version":"$LATEST"}}`
	reportLine = `{"time":"2026-11-30T10:07:32.298Z","type":"platform.report","record":{"requestId":"cb7094bb-298b-49cd-96b6-0cfe3c0107fb","metrics":{"durationMs":25.123,"billedDurationMs":26,"memorySizeMB":256,"maxMemoryUsedMB":42},"status":"success"}}`
)

// Took is how long an invocation is assumed to take, in milliseconds: a call of DynamoDB
// or of a bus 5, a request to Stripe 150, a mail 50. It is not measured on AWS.
func Took(function, kind string) float64 {
	switch {
	case strings.HasPrefix(function, "ingest") && kind == Unsigned:
		return 2
	case strings.HasPrefix(function, "ingest"):
		return 10
	case function == "fetch":
		return 350
	case function == "reconcile":
		return 1000
	case function == "send-receipt" && kind == Mail:
		return 225
	}
	return 25
}

// lambda has the invocations and their time.
func (s Stack) lambda(kind string, c Counted) []Line {
	requests, seconds := 0.0, 0.0
	for _, name := range slices.Sorted(maps.Keys(c.Functions)) {
		n := c.Functions[name].Invocations
		requests += n
		seconds += n * s.memory(name) * Took(name, kind) / 1000
	}
	return []Line{{"invocations", requests, lambdaRequests}, {"GB-seconds", seconds, lambdaSeconds}}
}

// memory of a function in GB. The one that a parameter adds has that of its twin.
func (s Stack) memory(function string) float64 {
	if function == "ingest-eventbridge" {
		function = "ingest"
	}
	return s.Memory[function]
}

// logged are the GB of all logs: the counted lines, and those of Lambda.
func logged(c Counted) float64 {
	bytes := 0.0
	for _, f := range c.Functions {
		bytes += f.Bytes + f.Lines*perLine + f.Invocations*float64(len(startLine)+len(reportLine)+2*perLine)
	}
	return bytes / gb
}

func total(units map[string]float64) (n float64) {
	for _, u := range units {
		n += u
	}
	return n
}

// kept is the months that items of a table are kept, 0 for the rows of actions: they stay.
func (s Stack) kept(table string) float64 {
	var from time.Time
	expires := from.Add(time.Duration(s.Retention*24) * time.Hour)
	switch table {
	case "events":
		return s.Retention / days
	case "deliveries":
		return event.DeliveryExpiry(expires, from).Sub(from).Hours() / hours
	}
	return 0
}

// stored are the GB-months of what an event leaves in tables and in their indexes.
func (s Stack) stored(c Counted) (tables, indexes float64) {
	for name, bytes := range c.Stored {
		table, index, _ := strings.Cut(name, "/")
		months := bytes / gb * s.kept(table)
		if index == "" {
			tables += months
		} else {
			indexes += months
		}
	}
	return tables, indexes
}

// rows are the bytes of what stays.
func (s Stack) rows(c Counted) (bytes float64) {
	for name, n := range c.Stored {
		if s.kept(strings.Split(name, "/")[0]) == 0 {
			bytes += n
		}
	}
	return bytes
}

// Event is the bill of one event of a kind, for all the time that it is kept.
func (s Stack) Event(kind string, c Counted) []Line {
	logs := logged(c)
	tables, indexes := s.stored(c)
	lines := []Line{{"requests", c.Functions[API].Lines, gatewayRequests}}
	lines = append(lines, s.lambda(kind, c)...)
	return append(lines,
		Line{"write units", total(c.Write), writeUnits},
		Line{"read units", total(c.Read), readUnits},
		Line{"events on buses", c.Entries, busEntries},
		Line{"requests of SQS", perMessage*c.Messages + c.Asked, queueRequests},
		Line{"GB of logs", logs, logBytes},
		Line{"GB-months of logs", logs * compressed * s.LogDays / days, logStorage},
		Line{"GB-months of tables and indexes", tables + indexes, tableStorage},
		Line{"GB-months of backup", tables, tableBackup},
		Line{"mails", c.Mails, mails},
	)
}
