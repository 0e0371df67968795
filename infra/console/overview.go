package console

import (
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/status"
)

var (
	overviewPages = []Page{{Route: "GET /{$}", Tab: TabOverview, Show: showOverview}}
	overviewBody  = parse("overview.html", "filters.html", "chart.html")
)

// overviewData is the state of the stack, with the numbers and words of payhooks status.
type overviewData struct {
	*reading
	cli.StatusWords
	Headline   string
	Counters   []counter
	Actions    []actionRow
	Of         string // what the numbers of the last hour are of
	Latency    Chart
	Rate       Chart
	Behind     string
	Commands   []string
	Unreadable []string
}

// counter is one of the six numbers that need a person.
type counter struct {
	Shape  string // of the sprite
	Name   string
	Count  string
	On     bool // it is not zero
	Link   string
	Second string    // what else is known of it
	Since  time.Time // of the oldest
}

// actionRow is an action's deliveries.
type actionRow struct {
	status.Action
	Why   string
	Count bool // Waiting, Parked and Unknown are known
	Known bool // Done and the times of the last hour are
	Hour  *course
}

func showOverview(r *Request) (View, error) {
	v := View{Title: "Overview", Body: overviewBody, Live: true, Charts: true}
	if _, err := r.Params(); err != nil {
		return v, err
	}
	now, err := r.console.snapshot(r.Context())
	if err != nil {
		return v, err
	}
	if now.Unread != nil && now.Missed != nil && len(now.Status.Actions) == 0 { // nothing could be read
		return v, now.Unread
	}
	v.Data = r.overview(now)
	return v, nil
}

func (r *Request) overview(now *reading) overviewData {
	w := cli.StatusWords{Status: now.Status, Now: now.At}
	d := overviewData{reading: now, StatusWords: w, Headline: sentence(strings.TrimPrefix(w.Headline(), "needs a person: ")), Behind: behind(now.Status)}
	d.Counters = r.console.counters(now)
	for _, err := range []error{now.Unread, now.Missed} {
		if err != nil {
			d.Unreadable = append(d.Unreadable, explain(r, err).Sentence)
		}
	}
	for _, p := range w.Problems() {
		if line := r.console.Command(p.Command); !slices.Contains(d.Commands, line) {
			d.Commands = append(d.Commands, line)
		}
	}
	for _, a := range now.Status.Actions {
		row := actionRow{Action: a, Why: cli.ActionReason(a), Hour: &course{}, Count: !slices.Contains(now.Status.Unread, status.SourceDeliveries)}
		if now.Hour != nil {
			row.Known = a.Action != event.Fetch
			if c := now.Hour.Actions[a.Action]; c != nil {
				row.Hour = c
			}
		}
		d.Actions = append(d.Actions, row)
	}
	if now.Hour != nil {
		d.Of = now.Hour.of()
		d.Latency, d.Rate = now.Hour.charts()
	}
	return d
}

// behind is how far the sweep is that is furthest behind.
func behind(s status.Status) string {
	most := 0
	for _, l := range s.Sweeps {
		most = max(most, l.Seconds)
	}
	if most == 0 {
		return "keeps up"
	}
	return "behind " + cli.Age(time.Duration(most)*time.Second)
}

// counters are always the same six, so that the place of each is learnt.
func (c *Console) counters(now *reading) []counter {
	s, total := now.Status, now.Status.Total()
	deliveries := !slices.Contains(s.Unread, status.SourceDeliveries)
	refused := counter{Shape: "refused", Name: "refused"}
	if c.isLocal() {
		refused.Link = "/local/refused"
	}
	if now.Hour != nil && now.Hour.Refused != nil {
		if n := sum(*now.Hour.Refused); n > 0 {
			refused.Second = count(n) + " in the last hour"
		}
	}
	return []counter{
		counter{Shape: "unknown", Name: "unknown", Link: "/attention?state=unknown", Since: s.OldestUnknown}.of(&total.Unknown, deliveries),
		counter{Shape: "parked", Name: "parked", Link: "/attention?state=parked", Since: s.OldestParked}.of(&total.Parked, deliveries),
		counter{Shape: "quarantined", Name: "quarantined", Link: "/attention?state=quarantined", Since: s.OldestQuarantined}.of(s.Quarantined, true),
		counter{Shape: "dead", Name: "dead letters", Link: "/attention?state=dead", Second: queues(s.DeadLetters)}.of(s.Dead, true),
		counter{Shape: "overdue", Name: "overdue", Link: "/events?status=waiting", Since: s.OldestOverdue}.of(&s.Overdue, deliveries),
		refused.of(s.Refused, c.Sources.Refused != nil),
	}
}

// of is the counter with its number, if that is known.
func (c counter) of(n *int, read bool) counter {
	switch {
	case !read && c.Name == "refused":
		c.Count, c.Second = "–", "not counted"
	case n == nil || !read:
		c.Count, c.Second = "–", "could not be read"
	default:
		c.Count, c.On = count(*n), *n > 0
	}
	if c.Second == "" && c.Since.IsZero() {
		c.Second = "none"
		if c.On {
			c.Second = "none in the last hour"
		}
	}
	return c
}

// queues names the queues that have dead letters.
func queues(by map[string]int) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(by)) {
		all = append(all, fmt.Sprint(name, " ", count(by[name])))
	}
	return strings.Join(all, ", ")
}

func sum(all [minutes]int) (n int) {
	for _, one := range all {
		n += one
	}
	return n
}

// Unpublished are the events that the bus does not have, and those that lack a record.
func (d overviewData) Unpublished() (all []template.HTML) {
	if n := d.Pending; n != nil && *n > 0 {
		all = append(all, template.HTML(`<a href="/events?status=pending">`+count(*n)+` pending</a>`)) //nolint:gosec // a number
	}
	if n := d.Unrecorded; n != nil && *n > 0 {
		all = append(all, template.HTML(count(*n)+` unrecorded`)) //nolint:gosec // a number
	}
	return all
}

// Quantiles are the median and the 95th percentile from Stripe's created to done.
func (a actionRow) Quantiles() string {
	half, ok := quantile(a.Hour.Latency, .5)
	if !ok {
		return ""
	}
	most, _ := quantile(a.Hour.Latency, .95)
	return fmt.Sprintf("%.1f / %.1f s", half.Seconds(), most.Seconds())
}

// Spark is the action's last hour.
func (a actionRow) Spark() template.HTML { return a.Hour.spark() }

// PaidFor is what the reading cost that the page shows.
func (d overviewData) PaidFor() string { return d.Paid + ", " + duration(d.Took) }

// HasFirst reports whether the page can send an event.
func (f frame) HasFirst() bool { return f.console.LocalStack.Post != nil }
