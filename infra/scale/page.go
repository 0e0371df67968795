package scale

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"text/template"

	"github.com/payhooks/payhooks/infra/cost"
)

//go:embed page.md.tmpl
var text string

// Rates are the events a second that the page is about.
var Rates = []float64{1000, 10000, 100000}

// usual is the kind of event that the tables of the rates are about.
const usual = cost.One

// columns are the kinds of the first table.
var columns = []string{cost.Ignored, cost.One, cost.Three, cost.Thin, cost.OverBus}

// page has what the template of infra/SCALE.md asks for.
type page struct{ Model }

// Page writes infra/SCALE.md.
func (m Model) Page() ([]byte, error) {
	t, err := template.New("SCALE.md").Funcs(template.FuncMap{"n": cost.Number}).Parse(text)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := t.Execute(&out, page{m}); err != nil {
		return nil, err
	}
	return append(bytes.TrimRight(out.Bytes(), "\n"), '\n'), nil
}

// Gives is the table of the rates at which each limit is reached.
func (p page) Gives() string {
	all := map[string]*reached{}
	for _, kind := range columns {
		for _, l := range p.Limits(kind) {
			name := title(l)
			if all[name] == nil {
				all[name] = &reached{name: name, beyond: l.Beyond, by: map[string]string{}, first: math.Inf(1)}
			}
			r := all[name]
			r.by[kind], r.first = rate(l.Gives()), min(r.first, l.Gives())
		}
	}
	rows := [][]string{slices.Concat([]string{"events a second at which it gives"}, columns, []string{"beyond that"})}
	for _, r := range slices.SortedFunc(maps.Values(all), func(a, b *reached) int { return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.name, b.name)) }) {
		row := []string{r.name}
		for _, kind := range columns {
			row = append(row, cmp.Or(r.by[kind], "–"))
		}
		rows = append(rows, append(row, r.beyond))
	}
	return left(cost.Table(rows...))
}

// reached is a row of that table: a limit, where each kind of events reaches it, and where
// the first of them does.
type reached struct {
	name, beyond string
	by           map[string]string
	first        float64
}

// title is the name of a limit without what differs between kinds of events.
func title(l Limit) string {
	for _, of := range []string{"writes of", "reads of"} {
		if strings.HasPrefix(l.Name, of) {
			return of + " the busiest table or index"
		}
	}
	return l.Name
}

// rate writes events a second.
func rate(n float64) string {
	if math.IsInf(n, 0) {
		return "never"
	}
	return cost.Number(math.Floor(n * (1 + 1e-9))) // 1/0.1 is not 10
}

// left makes the last column one of text.
func left(table string) string {
	head, rest, _ := strings.Cut(table, "\n")
	rule, rows, _ := strings.Cut(rest, "\n")
	return head + "\n" + strings.TrimSuffix(rule, "---:|") + "---|\n" + rows
}

// small is the part of a limit that is not worth a row.
const small = 0.2

// ranked are the limits of a rate, those that give first in front.
func (p page) ranked(rate float64) []Limit {
	all := p.Limits(usual)
	slices.SortStableFunc(all, func(a, b Limit) int { return int(math.Copysign(1, b.Used(rate)-a.Used(rate))) })
	return all
}

// Rate is the table of one rate: what it takes of each limit, and what to change.
func (p page) Rate(rate float64) string {
	rows := [][]string{{"limit", "takes", "of", "used, %", "change"}}
	for _, l := range p.ranked(rate) {
		used := l.Used(rate)
		if used <= small {
			continue
		}
		change := ""
		if used > enough {
			change = l.Change(l.Need(rate))
		}
		rows = append(rows, []string{l.Name, cost.Number(l.Demand(rate)), strings.TrimSpace(cost.Number(l.Most) + " " + l.Unit), fmt.Sprintf("%.0f", 100*used), change})
	}
	return left(cost.Table(rows...))
}

// Idle names the limits of which a rate takes little.
func (p page) Idle(rate float64) string {
	var names []string
	for _, l := range p.ranked(rate) {
		if l.Used(rate) <= small {
			names = append(names, l.Name)
		}
	}
	return strings.Join(names, "; ")
}

// First is the limit that gives first on the way to a rate, of those that the rates before
// leave as they are, and where.
func (p page) First(i int) string {
	for _, l := range p.ranked(Rates[i]) {
		if i == 0 || l.Used(Rates[i-1]) <= enough {
			return fmt.Sprintf("%s, at %s events a second: %s", l.Name, rate(l.Gives()), l.Beyond)
		}
	}
	return "none"
}
