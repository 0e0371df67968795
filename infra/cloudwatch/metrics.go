// Package cloudwatch evaluates what the templates say about CloudWatch, on the logs and
// metrics of a stack that runs elsewhere than on AWS: metric filters, the embedded metric
// format, alarms with their metric math, and the searches of dashboards. It has of each
// what the templates use, and refuses the rest. Time is what its caller says it is.
package cloudwatch

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Metric is one metric. Dimensions are name=value, sorted and separated by commas.
type Metric struct{ Namespace, Name, Dimensions string }

// Named makes a metric of names and values of its dimensions in turn.
func Named(namespace, name string, dimensions ...string) Metric {
	var all []string
	for pair := range slices.Chunk(dimensions, 2) {
		all = append(all, pair[0]+"="+pair[1])
	}
	slices.Sort(all)
	return Metric{namespace, name, strings.Join(all, ",")}
}

// point is a value at a time, so many times.
type point struct {
	at    time.Time
	value float64
	times int
}

// Metrics are the data of all metrics. The zero value has none.
type Metrics struct{ points map[Metric][]point }

// Add adds a value, as often as times says.
func (m *Metrics) Add(to Metric, at time.Time, value float64, times int) {
	if m.points == nil {
		m.points = map[Metric][]point{}
	}
	all := m.points[to]
	if n := len(all); n > 0 && all[n-1].at.Equal(at) && all[n-1].value == value {
		all[n-1].times += times
		return
	}
	m.points[to] = append(all, point{at, value, times})
}

// All lists the metrics that have data.
func (m *Metrics) All() []Metric {
	return slices.SortedFunc(maps.Keys(m.points), func(a, b Metric) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
}

// Stat is a statistic of the values in [from, to); ok is false if there is none.
func (m *Metrics) Stat(of Metric, stat string, from, to time.Time) (value float64, ok bool) {
	all := m.points[of]
	first, _ := slices.BinarySearchFunc(all, from, func(p point, t time.Time) int { return p.at.Compare(t) })
	var values []point
	for _, p := range all[first:] {
		if !p.at.Before(to) {
			break
		}
		values = append(values, p)
	}
	if len(values) == 0 {
		return 0, false
	}
	return statistic(values, stat), true
}

func statistic(values []point, stat string) (result float64) {
	slices.SortFunc(values, func(a, b point) int { return int(math.Copysign(1, a.value-b.value)) })
	count, sum := 0, 0.
	for _, p := range values {
		count, sum = count+p.times, sum+p.value*float64(p.times)
	}
	percent, err := strconv.ParseFloat(strings.TrimPrefix(stat, "p"), 64)
	switch {
	case stat == "Sum":
		return sum
	case stat == "SampleCount":
		return float64(count)
	case stat == "Maximum":
		return values[len(values)-1].value
	case err == nil && stat[0] == 'p':
		rank := int(math.Ceil(percent / 100 * float64(count)))
		for _, p := range values {
			if rank -= p.times; rank <= 0 {
				return p.value
			}
		}
	}
	panic("the templates use no statistic " + stat + " that this package has")
}
