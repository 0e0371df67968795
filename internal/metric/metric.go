// Package metric writes what functions count as members of their log lines, in
// CloudWatch's embedded metric format. CloudWatch charges for each name and each set of
// dimensions, in every month in which it has a value.
package metric

import (
	"log/slog"
	"maps"
	"slices"
	"time"
)

// Units of values.
const (
	Count   = "Count"
	Seconds = "Seconds"
)

// Value is one metric of a line.
type Value struct {
	Name, Unit string
	Value      int
}

// Dimension is a member of the line by which its values are told apart.
type Dimension struct{ Name, Value string }

// metadata says to CloudWatch which members of a line are metrics.
type metadata struct {
	Timestamp         int64 // milliseconds since 1970
	CloudWatchMetrics []directive
}

type directive struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []unit
}

type unit struct{ Name, Unit string }

// Namespace is that of all metrics of a stack.
func Namespace(stack string) string { return "payhooks/" + stack }

// Attrs are the members of a line with these values, at its root: in all, and by their
// dimensions if they have any.
func Attrs(stack string, at time.Time, values []Value, by ...Dimension) (all []slog.Attr) {
	d := directive{Namespace: Namespace(stack), Dimensions: [][]string{{}}}
	if len(by) > 0 {
		d.Dimensions = append(d.Dimensions, nil)
	}
	for _, dim := range by {
		d.Dimensions[1] = append(d.Dimensions[1], dim.Name)
		all = append(all, slog.String(dim.Name, dim.Value))
	}
	for _, v := range values {
		d.Metrics = append(d.Metrics, unit{v.Name, v.Unit})
		all = append(all, slog.Int(v.Name, v.Value))
	}
	return append(all, slog.Any("_aws", metadata{at.UnixMilli(), []directive{d}}))
}

// Values makes values of one unit, by name.
func Values(unit string, values map[string]int) (all []Value) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		all = append(all, Value{name, unit, values[name]})
	}
	return all
}
