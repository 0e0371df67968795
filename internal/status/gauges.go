package status

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/metric"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// Gauges of every stack. Lag is followed by the name of a sweep.
const (
	GaugeParked      = "parked"
	GaugeUnknown     = "unknown"
	GaugeWaiting     = "waiting"
	GaugeOverdue     = "overdue"
	GaugePending     = "pending"
	GaugeUnrecorded  = "unrecorded"
	GaugeQuarantined = "quarantined"
	GaugeDead        = "dead"
	GaugeSilent      = "silent" // hours since the newest event
	GaugeLag         = "lag_"
)

// What a run of reconcile counts itself. A run that counts none of it is zero.
const (
	GaugePublished   = "published"   // events that the sweep published instead of dispatch
	GaugeUndelivered = "undelivered" // events that Stripe listed and did not deliver, since it delivered the first
	GaugeHeld        = "held"        // due deliveries that an action's backlog keeps waiting
	GaugeUnreachable = "unreachable" // scopes that could not be listed
)

// MaxGauges is how many metrics a stack's gauges may be: CloudWatch charges for each.
const MaxGauges = 40

var runCounts = []string{GaugePublished, GaugeUndelivered, GaugeHeld, GaugeUnreachable}

// Names lists the gauges of a stack with these sweeps, sorted.
func Names(sweeps []string) []string {
	all := []string{
		GaugeParked, GaugeUnknown, GaugeWaiting, GaugeOverdue, GaugePending, GaugeUnrecorded, GaugeQuarantined, GaugeDead, GaugeSilent,
	}
	all = append(all, runCounts...)
	for _, name := range sweeps {
		all = append(all, GaugeLag+name)
	}
	slices.Sort(all)
	return all
}

// Sweeps are those of the pipeline. A stack may have more.
var Sweeps = []string{"due", "missing", "pending", "unrecorded"}

// LagLimit is how far a sweep may be behind before an alarm: 15 minutes for what the
// stack has, an hour for what is listed at Stripe.
func LagLimit(sweep string) time.Duration {
	switch sweep {
	case "due", "pending", "unrecorded":
		return 15 * time.Minute
	}
	return time.Hour
}

// Log writes the gauges as one line in CloudWatch's embedded metric format, at the root
// and without dimensions in the namespace payhooks/STACK. Every run writes the same
// ones, zero included, so that alarms clear; those of a source that could not be read
// are left out, so that none clears for that. more is what the run counted; a name that
// is a gauge already is ignored.
func Log(ctx context.Context, log *slog.Logger, stack string, s Status, more map[string]int, now time.Time) {
	log.LogAttrs(ctx, slog.LevelInfo, "gauges", Gauges(stack, s, more, now)...)
}

// Gauges are the attributes of the line that Log writes.
func Gauges(stack string, s Status, more map[string]int, now time.Time) []slog.Attr {
	counts, seconds := s.values(more, now)
	all := slices.Concat(metric.Values(metric.Count, counts), metric.Values(metric.Seconds, seconds))
	slices.SortFunc(all, func(a, b metric.Value) int { return strings.Compare(a.Name, b.Name) })
	return metric.Attrs(stack, now, all)
}

// Writer counts the gauges of a stack and writes them, at the end of each run of
// reconcile.
type Writer struct {
	Sources
	Stack string
	Log   *slog.Logger
}

// Write logs what can be counted, also when the run failed. What cannot be counted is
// only a warning: the alarms stay as they are.
func (w *Writer) Write(ctx context.Context, r reconcile.Reply) {
	s, err := Count(ctx, w.Sources)
	if err != nil {
		w.Log.WarnContext(ctx, "gauges are incomplete", "error", err.Error())
	}
	counted := map[string]int{GaugePublished: r.Published, GaugeUndelivered: r.Undelivered, GaugeHeld: r.Held, GaugeUnreachable: r.Unreachable}
	Log(ctx, w.Log, w.Stack, s, counted, w.Now())
}

// values of the gauges by name, and those that are seconds.
func (s Status) values(more map[string]int, now time.Time) (values, seconds map[string]int) {
	values, seconds = map[string]int{}, map[string]int{}
	for _, name := range runCounts {
		values[name] = 0
	}
	maps.Copy(values, more)
	for name, n := range map[string]*int{
		GaugePending: s.Pending, GaugeUnrecorded: s.Unrecorded, GaugeQuarantined: s.Quarantined, GaugeDead: s.Dead,
	} {
		if n != nil {
			values[name] = *n
		}
	}
	if !slices.Contains(s.Unread, SourceEvents) {
		values[GaugeSilent] = s.silent(now)
	}
	if !slices.Contains(s.Unread, SourceDeliveries) {
		total := s.Total()
		values[GaugeParked], values[GaugeUnknown], values[GaugeWaiting] = total.Parked, total.Unknown, total.Waiting
		values[GaugeOverdue] = s.Overdue
	}
	for _, l := range s.Sweeps {
		seconds[GaugeLag+l.Sweep] = l.Seconds
	}
	return values, seconds
}

// silent is for how many hours no event came. A stack that never got one is not silent:
// it waits for its endpoint.
func (s Status) silent(now time.Time) int {
	if s.Newest.IsZero() {
		return 0
	}
	return int(now.Sub(s.Newest) / time.Hour)
}

// Known is a count, 0 if it could not be read.
func Known(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

// Person is how many things need a person.
func (s Status) Person() int {
	all := s.Total()
	return all.Unknown + all.Parked + s.Overdue + Known(s.Quarantined) + Known(s.Dead)
}

// Total adds up the counts of all actions.
func (s Status) Total() (all Action) {
	for _, a := range s.Actions {
		all.Waiting += a.Waiting
		all.Parked += a.Parked
		all.Unknown += a.Unknown
		all.Discarded += a.Discarded
	}
	return all
}
