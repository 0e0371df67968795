package cloudwatch

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/check"
	"github.com/payhooks/payhooks/infra/local/logfilter"
)

// filter is a metric filter of a log group.
type filter struct {
	group   string
	pattern logfilter.Pattern
	to      struct {
		MetricNamespace, MetricName, MetricValue string
		DefaultValue                             *float64 `json:",string"`
		Dimensions                               []struct{ Key, Value string }
	}
}

func filterOf(r check.Resource) (f filter, err error) {
	var p struct {
		LogGroupName, FilterPattern string
		MetricTransformations       []json.RawMessage
	}
	if err := decode(r, &p); err != nil {
		return f, err
	}
	f.group = p.LogGroupName
	if f.pattern, err = logfilter.Parse(p.FilterPattern); err != nil {
		return f, err
	}
	if len(p.MetricTransformations) != 1 {
		return f, fmt.Errorf("%s: a filter has one transformation, this has %d", r.ID, len(p.MetricTransformations))
	}
	return f, json.Unmarshal(p.MetricTransformations[0], &f.to)
}

// decode reads a resource's properties.
func decode(r check.Resource, to any) error {
	text, err := json.Marshal(r.Properties)
	if err == nil {
		err = json.Unmarshal(text, to)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", r.ID, err)
	}
	return nil
}

// Log takes a line of a log group, as often as times says: its filters count it, and so
// do the metrics that the line itself carries.
func (w *Watch) Log(group, line string, at time.Time, times int) {
	var members map[string]any
	if json.Unmarshal([]byte(line), &members) != nil {
		return // a line of text matches no filter of ours
	}
	for _, f := range w.filters {
		if f.group == group {
			f.count(&w.Metrics, line, members, at, times)
		}
	}
	w.embedded(line, members, times)
}

// count adds what the filter makes of a line. A default stands for the minute in which
// lines came and none matched.
func (f filter) count(m *Metrics, line string, members map[string]any, at time.Time, times int) {
	if !f.pattern.Matches(line) {
		if f.to.DefaultValue != nil {
			m.Add(Named(f.to.MetricNamespace, f.to.MetricName), at, *f.to.DefaultValue, times)
		}
		return
	}
	value, err := strconv.ParseFloat(fmt.Sprint(selected(f.to.MetricValue, members)), 64)
	if err != nil {
		return
	}
	var dimensions []string
	for _, d := range f.to.Dimensions {
		text, ok := selected(d.Value, members).(string)
		if !ok {
			return
		}
		dimensions = append(dimensions, d.Key, text)
	}
	m.Add(Named(f.to.MetricNamespace, f.to.MetricName, dimensions...), at, value, times)
}

// selected is a constant, or the member that $.name selects.
func selected(text string, members map[string]any) any {
	if name, ok := strings.CutPrefix(text, "$."); ok {
		return members[name]
	}
	return text
}

// embedded adds the metrics of a line in the embedded metric format. CloudWatch reads it
// from every log group.
func (w *Watch) embedded(line string, members map[string]any, times int) {
	var emf struct {
		AWS struct {
			Timestamp         int64
			CloudWatchMetrics []struct {
				Namespace  string
				Dimensions [][]string
				Metrics    []struct{ Name string }
			}
		} `json:"_aws"`
	}
	if members["_aws"] == nil || json.Unmarshal([]byte(line), &emf) != nil {
		return
	}
	for _, d := range emf.AWS.CloudWatchMetrics {
		for _, set := range d.Dimensions {
			var dimensions []string
			for _, name := range set {
				dimensions = append(dimensions, name, fmt.Sprint(members[name]))
			}
			for _, one := range d.Metrics {
				if value, ok := members[one.Name].(float64); ok {
					w.Metrics.Add(Named(d.Namespace, one.Name, dimensions...), time.UnixMilli(emf.AWS.Timestamp).UTC(), value, times)
				}
			}
		}
	}
}
