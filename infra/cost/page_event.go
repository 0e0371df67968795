package cost

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Actions and Ways are the columns of the tables of an event.
func (p *page) Actions() []string { return []string{Ignored, One, Three, Mail} }

// Ways are those in which Stripe sends it.
func (p *page) Ways() []string { return []string{One, Thin, ThinOnly, OverBus} }

// Short is the table of sums.
func (p *page) Short() string {
	million := func(what, kind string) []string {
		return []string{"a million events " + what, amount(sum(p.bill(kind)))}
	}
	return Table([]string{"", "USD"},
		million("that no action takes", Ignored), million("with one action", One), million("with three actions", Three),
		million("with one action, thin", Thin), million("with one action, by EventBridge", OverBus),
		[]string{"a month without an event", amount(sum(p.idle()))},
		[]string{"a day of unsigned flood", amount(sum(p.Stack.Flood(p.kinds[Unsigned])))},
	)
}

// asked are rows of what is counted for one event.
var asked = []struct {
	what string
	of   func(Stack, Counted) float64
}{
	{"read units", func(_ Stack, c Counted) float64 { return total(c.Read) }},
	{"events on buses", func(_ Stack, c Counted) float64 { return c.Entries }},
	{"messages in queues", func(_ Stack, c Counted) float64 { return c.Messages }},
	{"requests to Stripe", func(_ Stack, c Counted) float64 { return c.Stripe }},
	{"mails", func(_ Stack, c Counted) float64 { return c.Mails }},
	{"bytes of logs, Lambda's and the gateway's included", func(_ Stack, c Counted) float64 { return 10 * math.Round(logged(c)*gb/10) }},
	{"bytes stored until the event expires, those of indexes included", func(s Stack, c Counted) float64 { return total(c.Stored) - s.rows(c) }},
}

// Asked is the table of what is counted of these kinds.
func (p *page) Asked(kinds []string) string {
	rows := [][]string{append([]string{"counted for one event"}, kinds...), {"type"}}
	for _, kind := range kinds {
		rows[1] = append(rows[1], "`"+p.kinds[kind].Of+"`")
	}
	row := func(what string, of func(Stack, Counted) float64) {
		cells := []string{what}
		for _, kind := range kinds {
			cells = append(cells, Number(of(p.Stack, p.kinds[kind])))
		}
		rows = append(rows, cells)
	}
	row("bytes of the snapshot", func(_ Stack, c Counted) float64 { return float64(c.Body) })
	row("invocations", func(s Stack, c Counted) float64 { return s.lambda("", c)[0].Quantity })
	row("write units", func(_ Stack, c Counted) float64 { return total(c.Write) })
	for _, name := range p.tables(kinds) {
		row("of them `"+name+"`", func(_ Stack, c Counted) float64 { return c.Write[name] })
	}
	for _, r := range asked {
		row(r.what, r.of)
	}
	return Table(rows...)
}

// tables are those, and their indexes, that any of the kinds writes.
func (p *page) tables(kinds []string) []string {
	all := map[string]float64{}
	for _, kind := range kinds {
		maps.Copy(all, p.kinds[kind].Write)
	}
	return slices.Sorted(maps.Keys(all))
}

// Bill is the table of a million events of each kind.
func (p *page) Bill(kinds []string) string {
	rows := [][]string{append([]string{"USD for a million"}, kinds...)}
	for i, line := range p.bill(One) {
		cells, all := []string{line.Price.Item}, 0.0
		for _, kind := range kinds {
			dollars := p.bill(kind)[i].Dollars()
			all += dollars
			cells = append(cells, amount(dollars))
		}
		if all > 0 {
			rows = append(rows, cells)
		}
	}
	cells := []string{"**all**"}
	for _, kind := range kinds {
		cells = append(cells, fmt.Sprintf("**%s**", amount(sum(p.bill(kind)))))
	}
	return Table(append(rows, cells)...)
}

// More is what a million of a kind cost more than their snapshots by the webhook.
func (p *page) More(kind string) float64 { return sum(p.bill(kind)) - sum(p.bill(One)) }

// BusMore is that of EventBridge.
func (p *page) BusMore() float64 { return p.More(OverBus) }

// Gateway is what a million requests cost at the gateway, with its log.
func (p *page) Gateway() float64 {
	return gatewayRequests.of(million) + access(p.kinds[One])
}

// Further is what an action adds that changes a row.
func (p *page) Further() float64 {
	action, all := p.kinds[One], 0.0
	only := Counted{
		Messages: 1, Functions: map[string]Function{}, Read: action.Read, Write: map[string]float64{}, Stored: map[string]float64{"deliveries": action.Stored["deliveries"]},
	}
	for name, f := range action.Functions {
		if slices.Contains(p.Stack.Actions, name) {
			only.Functions[name] = f
		}
	}
	for name, units := range action.Write {
		if !strings.HasPrefix(name, "events") {
			only.Write[name] = units
		}
	}
	for _, l := range p.Stack.Event(One, only) {
		all += l.Price.of(l.Quantity * million)
	}
	return all
}

// Rows is what the rows of a million events with one action cost in a month.
func (p *page) Rows() float64 {
	rows := p.Stack.rows(p.kinds[One]) * million / gb
	return tableStorage.of(rows) + tableBackup.of(rows)
}

// Slower is what 10 ms more in each function cost.
func (p *page) Slower() (dollars float64) {
	for name, f := range p.kinds[One].Functions {
		dollars += lambdaSeconds.of(million * f.Invocations * p.Stack.memory(name) / 100)
	}
	return dollars
}
