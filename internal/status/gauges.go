package status

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"
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
	GaugeLag         = "lag_"
)

// What a run of reconcile counts itself. A run that counts none of it is zero.
const (
	GaugePublished   = "published"   // events that the sweep published instead of dispatch
	GaugeStored      = "stored"      // events that were listed instead of delivered
	GaugeHeld        = "held"        // due deliveries that an action's backlog keeps waiting
	GaugeUnreachable = "unreachable" // scopes that could not be listed
)

// MaxGauges is how many metrics a stack's gauges may be: CloudWatch charges for each.
const MaxGauges = 40

var runCounts = []string{GaugePublished, GaugeStored, GaugeHeld, GaugeUnreachable}

// Names lists the gauges of a stack with these sweeps, sorted.
func Names(sweeps []string) []string {
	all := []string{
		GaugeParked, GaugeUnknown, GaugeWaiting, GaugeOverdue, GaugePending, GaugeUnrecorded, GaugeQuarantined, GaugeDead,
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

// metadata says to CloudWatch which members of a line are metrics.
type metadata struct {
	Timestamp         int64 // milliseconds since 1970
	CloudWatchMetrics []directive
}

type directive struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []metric
}

type metric struct{ Name, Unit string }

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
	values, seconds := s.values(more)
	d := directive{Namespace: "payhooks/" + stack, Dimensions: [][]string{{}}}
	var attrs []slog.Attr
	for _, name := range slices.Sorted(maps.Keys(values)) {
		unit := "Count"
		if seconds[name] {
			unit = "Seconds"
		}
		d.Metrics = append(d.Metrics, metric{name, unit})
		attrs = append(attrs, slog.Int(name, values[name]))
	}
	return append(attrs, slog.Any("_aws", metadata{now.UnixMilli(), []directive{d}}))
}

// values of the gauges by name, and which of them are seconds.
func (s Status) values(more map[string]int) (values map[string]int, seconds map[string]bool) {
	values, seconds = map[string]int{}, map[string]bool{}
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
	if !slices.Contains(s.Unread, SourceDeliveries) {
		total := s.Total()
		values[GaugeParked], values[GaugeUnknown], values[GaugeWaiting] = total.Parked, total.Unknown, total.Waiting
		values[GaugeOverdue] = s.Overdue
	}
	for _, l := range s.Sweeps {
		values[GaugeLag+l.Sweep], seconds[GaugeLag+l.Sweep] = l.Seconds, true
	}
	return values, seconds
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
