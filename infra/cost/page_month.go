package cost

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

func (p *page) idle() []Line { return p.Stack.Idle(p.kinds[Reconcile]) }

// lines is the table of a bill.
func lines(head string, all []Line) string {
	rows := [][]string{{head, "of AWS", "quantity", "USD"}}
	for _, l := range all {
		rows = append(rows, []string{l.Item, l.Price.Item, Number(l.Quantity), amount(l.Dollars())})
	}
	rows = append(rows, []string{"**all**", "", "", fmt.Sprintf("**%s**", amount(sum(all)))})
	return strings.Replace(Table(rows...), "|---|---:|---:", "|---|---|---:", 1)
}

// Idle is the table of a month without an event.
func (p *page) Idle() string { return lines("a month", p.idle()) }

// Flooded is that of a day of flood.
func (p *page) Flooded() string { return lines("a day", p.Stack.Flood(p.kinds[Unsigned])) }

// Throttled is what a million requests above the throttle cost.
func (p *page) Throttled() float64 { return access(p.kinds[Unsigned]) }

// Refused is what a million requests cost at the gateway.
func (p *page) Refused() float64 { return gatewayRequests.of(million) }

// AlarmMetrics says which metrics there are.
func (p *page) AlarmMetrics() string {
	queues := len(p.Stack.Actions) + 1
	return fmt.Sprintf("Alarms read %d metrics of the pipeline and the books, and %d each of fetch and of every action. In a month with events there are %d metrics of the pipeline, %d of the books, one each of fetch and of every action, and %d reasons of requests, others only in months in which they happen: alarms and metrics then cost %s.",
		p.Stack.Alarms-AlarmsOfAction*queues, AlarmsOfAction, PipelineMetrics, BooksMetrics, ReasonMetrics, USD(sum(p.Stack.Alarming())))
}

// Action is what one more action costs in a month.
func (p *page) Action() float64 {
	return sum([]Line{
		{"", AlarmsOfAction, alarmMetrics}, {"", ActionMetrics, customMetrics}, {"", polls * hours, queueRequests}, {"", minutes, queueRequests},
	})
}

// with is the stack with a parameter.
func (p *page) with(parameter, value string) Stack {
	s, err := Open(p.dir, map[string]string{parameter: value})
	p.err = errors.Join(p.err, err)
	return s
}

// adds is what a parameter adds to a month: alarms, and polls of queues.
func (p *page) adds(s Stack) float64 {
	queues := float64(s.Polled - p.Stack.Polled)
	return sum([]Line{
		{"", float64(s.Alarms - p.Stack.Alarms), alarmMetrics}, {"", queues * polls * hours, queueRequests}, {"", queues * minutes, queueRequests},
	})
}

const source = "aws.partner/stripe.com/ed_1"

// BusMonth is what the queue of the partner bus costs in a month.
func (p *page) BusMonth() float64 { return p.adds(p.with("StripeEventSource", source)) }

// event is what a million events with one action cost in another stack.
func (p *page) event(change func(*Stack)) float64 {
	s := p.Stack
	change(&s)
	return million * sum(s.Event(One, p.kinds[One]))
}

// saved are the write units that the dictionary saves of an event of 2 KB up to the bus.
const saved = 2

// Parameters is the table of what they change.
func (p *page) Parameters() string {
	one := p.event(func(*Stack) {})
	more := func(change func(*Stack)) string {
		return fmt.Sprintf("%+.2f USD for a million events with one action", p.event(change)-one)
	}
	key := p.with("KeyArn", "arn:aws:kms:us-east-1:123456789012:key/1")
	rows := [][]string{
		{"parameter", "changes"},
		{"`LogDays=365`", more(func(s *Stack) { s.LogDays = 365 })},
		{"`RetentionDays=35`", more(func(s *Stack) { s.Retention = 35 })},
		{"`Dictionary=on`", fmt.Sprintf("%+.2f USD for a million events of 2 KB, for %d write units less each, as `make bench` counts; and less to store", -saved*writeUnits.of(million), saved)},
		{"`Architecture=x86_64`", p.x86()},
		{"`SilenceHours`", USD(p.adds(p.with("SilenceHours", "6"))) + " a month for its alarm"},
		{"`StripeEventSource`", USD(p.BusMonth()) + " a month for its alarms and the polls of its queue"},
		{"`MailConfigurationSet`", USD(p.adds(p.with("MailConfigurationSet", "mails"))) + " a month for its alarms and the polls of its queue"},
		{"`Mail`", USD(mails.of(million)) + " for a million mails"},
		{"`Sms=on`", "what carriers charge, by country"},
		{"`KeyArn`", p.key(key)},
		{"`Tracing=on`", "at most " + USD(traces.of(million*p.Stack.lambda(One, p.kinds[One])[0].Quantity)) + " for a million events with one action, if each invocation is a trace; of those that come faster than one a second X-Ray takes 5 %"},
		{"`Canary`, `StripeAddresses`, `Domain`, `AlarmTopicArn`, `PermissionsBoundary`", "nothing"},
	}
	return strings.Replace(Table(rows...), "---:", "---", 1)
}

// x86 is what the other architecture costs more.
func (p *page) x86() string {
	ratio := lambdaSecondsX.Dollars/lambdaSeconds.Dollars - 1
	event, month := p.bill(One), p.idle()
	seconds := func(all []Line) (dollars float64) {
		for _, l := range all {
			if l.Price == lambdaSeconds {
				dollars += ratio * l.Dollars()
			}
		}
		return dollars
	}
	return fmt.Sprintf("%+.2f USD for a million events with one action, %+.2f USD a month", seconds(event), seconds(month))
}

// key is what your own key costs: services keep a data key for five minutes, of a queue
// two for its sender and one for its reader.
func (p *page) key(s Stack) string {
	requests := minutes / 5 * float64(3*s.Polled+s.Tables)
	return fmt.Sprintf("%s a month for the key and an alarm, at most %s for the requests of queues and tables that are always busy, and %s for a million events on buses if EventBridge asks twice for each",
		USD(keysOf(s, p.Stack)), USD(keyRequests.of(requests)), USD(keyRequests.of(2*million)))
}

func keysOf(s, without Stack) float64 {
	return ownKeys.of(1) + alarmMetrics.of(float64(s.Alarms-without.Alarms))
}

// Platform, PerLine and Compressed are what is assumed of logs.
func (p *page) Platform() int { return len(startLine) + len(reportLine) }

// Took is how long an invocation is assumed to take, in milliseconds.
func (p *page) Took(function, kind string) float64 { return Took(function, kind) }

// PerLine is what CloudWatch adds.
func (p *page) PerLine() int { return perLine }

// Compressed is what remains in storage, in percent.
func (p *page) Compressed() float64 { return math.Round(100 * compressed) }

// Prices is the table of AWS's prices.
func (p *page) Prices() string {
	rows := [][]string{{"item", "USD", "for", "AWS's page"}}
	for _, price := range prices {
		per := price.Unit
		if price.Per != 1 {
			per = Number(price.Per) + " " + per
		}
		rows = append(rows, []string{price.Item, fmt.Sprint(price.Dollars), per, fmt.Sprintf("[%s](https://aws.amazon.com/%s/)", price.Page, price.Page)})
	}
	return strings.Replace(Table(rows...), "|---|---:|---:|---:", "|---|---:|---|---", 1)
}
