package scale

import (
	"fmt"
	"math"
	"slices"

	"github.com/payhooks/payhooks/infra/cost"
)

// month in seconds, as AWS counts it.
const month = 730 * 3600

// Money is the table of what the rates cost, with events of one action.
func (p page) Money() string {
	rows := [][]string{{"a month at events a second"}}
	for _, r := range Rates {
		rows[0] = append(rows[0], cost.Number(r))
	}
	for _, line := range []struct {
		name string
		of   func(rate float64) float64
		unit string
	}{
		{"events", func(r float64) float64 { return r * month }, ""},
		{"**all**", p.dollars(), " USD"},
		{"of it DynamoDB's requests", p.dollars("write units", "read units"), " USD"},
		{"of it DynamoDB's storage and backup", p.dollars(stored, "GB-months of backup"), " USD"},
		{"of it logs", p.dollars(logs, "GB-months of logs"), " USD"},
		{"stored in tables and indexes, once events expire", func(r float64) float64 { return p.quantity(stored) * r * month / 1024 }, " TB"},
		{"logs a second", func(r float64) float64 { return p.quantity(logs) * r * 1024 }, " MB"},
	} {
		row := []string{line.name}
		for _, r := range Rates {
			row = append(row, cost.Number(round(line.of(r), math.Round))+line.unit)
		}
		rows = append(rows, row)
	}
	return cost.Table(rows...)
}

// dollars are what these items of the bill cost in a month at a rate; without a name, all.
func (p page) dollars(items ...string) func(rate float64) float64 {
	return func(rate float64) (dollars float64) {
		for _, l := range p.Stack.Event(usual, p.Kinds[usual]) {
			if len(items) == 0 || slices.Contains(items, l.Item) {
				dollars += l.Dollars() * rate * month
			}
		}
		return dollars
	}
}

// quantity of an item of the bill of one event.
func (p page) quantity(item string) (n float64) {
	for _, l := range p.Stack.Event(usual, p.Kinds[usual]) {
		if l.Item == item {
			n += l.Quantity
		}
	}
	return n
}

// Items of the bill.
const (
	stored = "GB-months of tables and indexes"
	logs   = "GB of logs"
)

// Hot is the table of what one key takes, however many there are.
func (p page) Hot() string {
	c := p.Kinds[usual]
	writes := partitionWrites.Value
	per := func(units float64) string { return cost.Number(math.Floor(writes / units)) }
	large := math.Min(1/(2*call), writes/(2*row))
	return left(cost.Table(
		[]string{"one key", "a second", "because"},
		[]string{"events of one object (index subject)", per(c.Write["events/subject"]), "a key is in one partition; Stripe repeats what is refused"},
		[]string{"events of one customer (index customer)", per(c.Write["events/customer"]), "the same"},
		[]string{"changes of one row of state: an order, a customer's access", cost.Number(1 / (2 * call)), "a read and a transaction, one change after the other; attempts that meet run theirs again, then the delivery waits"},
		[]string{fmt.Sprintf("changes of a row of %.0f KB", row), cost.Number(math.Floor(large)), "a transaction takes two write units for each KB"},
		[]string{"signed requests that are quarantined", per(1), "the index of the quarantine has one key"},
	))
}

// row is the size that actions keep their rows below, in KB.
const row = 64.0

// Regions is the table of the bus by region.
func (p page) Regions() string {
	rows := [][]string{{"region", "invocations/s", "one action", "three actions", "PutEvents/s"}}
	for _, r := range regions {
		rows = append(rows, []string{r.Names, cost.Number(r.Invocations), rate(r.Invocations / p.Kinds[cost.One].Messages), rate(r.Invocations / p.Kinds[cost.Three].Messages), cost.Number(r.Requests)})
	}
	return cost.Table(rows...)
}

// Outage is the table of what an hour of an action's outage leaves behind.
func (p page) Outage() string {
	rows := [][]string{{"events a second for it", "deliveries that wait", "minutes until reconcile has redelivered them"}}
	for _, r := range append([]float64{10, 100}, Rates...) {
		rows = append(rows, []string{cost.Number(r), cost.Number(r * minute * minute), cost.Number(math.Ceil(p.Redeliver(r)))})
	}
	return cost.Table(rows...)
}

// Quotas is the table of what is known of AWS and Stripe.
func (p page) Quotas() string {
	rows := [][]string{{"quota, by default in " + cost.Region, "", "raised"}}
	for _, q := range quotas {
		rows = append(rows, []string{fmt.Sprintf("[%s](%s)", q.Name, q.Page), cost.Number(q.Value), q.Raised})
	}
	return left(cost.Table(rows...))
}
