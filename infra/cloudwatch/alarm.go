package cloudwatch

import (
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/infra/check"
)

// State is that of an alarm.
type State string

// The states. A new alarm has InsufficientData.
const (
	OK               State = "OK"
	Alarming         State = "ALARM"
	InsufficientData State = "INSUFFICIENT_DATA"
)

// Alarm is an alarm as a template defines it, and its state.
type Alarm struct {
	ID string `json:"-"` // logical

	AlarmName, AlarmDescription                      string
	AlarmActions, OKActions, InsufficientDataActions []string
	Namespace, MetricName, Statistic                 string
	Dimensions                                       []dimension
	Metrics                                          []query
	EvaluationPeriods, DatapointsToAlarm, Period     int     `json:",string"`
	Threshold                                        float64 `json:",string"`
	ComparisonOperator, TreatMissingData             string

	State State `json:"-"`
}

type dimension struct{ Name, Value string }

// query is one of the metrics of an alarm, or its expression.
type query struct {
	ID         string `json:"Id"`
	Expression string
	MetricStat struct {
		Stat   string
		Period int `json:",string"`
		Metric struct {
			Namespace, MetricName string
			Dimensions            []dimension
		}
	}
}

func alarmOf(r check.Resource) (*Alarm, error) {
	a := &Alarm{ID: r.ID, State: InsufficientData}
	if err := decode(r, a); err != nil {
		return nil, err
	}
	if a.DatapointsToAlarm == 0 {
		a.DatapointsToAlarm = a.EvaluationPeriods
	}
	for _, q := range a.Metrics {
		a.Period = max(a.Period, q.MetricStat.Period)
	}
	if a.Period == 0 || a.EvaluationPeriods == 0 || !slices.Contains([]string{"GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold"}, a.ComparisonOperator) {
		return nil, fmt.Errorf("%s: cannot evaluate %+v", r.ID, a)
	}
	return a, nil
}

// extra is how many older periods are looked at for those that are missing. AWS says that
// there are some, and shows two.
const extra = 2

// data are the values of the alarm's periods that end at now, the newest first.
func (a *Alarm) data(m *Metrics, now time.Time) (series, error) {
	n := a.EvaluationPeriods + extra
	period := time.Duration(a.Period) * time.Second
	of := func(metric Metric, stat string) series {
		all := make(series, n)
		for i := range all {
			to := now.Add(-time.Duration(i) * period)
			if v, ok := m.Stat(metric, stat, to.Add(-period), to); ok {
				all[i] = &v
			}
		}
		return all
	}
	if a.MetricName != "" {
		return of(metricOf(a.Namespace, a.MetricName, a.Dimensions), a.Statistic), nil
	}
	i := slices.IndexFunc(a.Metrics, func(q query) bool { return q.Expression != "" })
	if i < 0 {
		return nil, fmt.Errorf("%s has neither a metric nor an expression", a.ID)
	}
	return evaluate(a.Metrics[i].Expression, n, func(id string) series {
		for _, q := range a.Metrics {
			if s := q.MetricStat; q.ID == id && s.Stat != "" {
				return of(metricOf(s.Metric.Namespace, s.Metric.MetricName, s.Metric.Dimensions), s.Stat)
			}
		}
		return nil
	})
}

func metricOf(namespace, name string, dimensions []dimension) Metric {
	var all []string
	for _, d := range dimensions {
		all = append(all, d.Name, d.Value)
	}
	return Named(namespace, name, all...)
}

func (a *Alarm) breaches(v float64) bool {
	switch a.ComparisonOperator {
	case "GreaterThanThreshold":
		return v > a.Threshold
	case "GreaterThanOrEqualToThreshold":
		return v >= a.Threshold
	}
	return v < a.Threshold
}

// next is the state after the periods of data, by AWS's rules for what is missing: real
// points of older periods come first, and only where they are too few counts how the alarm
// treats missing ones.
func (a *Alarm) next(data series) State {
	var real []bool // whether each breaches, the newest first
	oldest := 0     // how many periods back the first breach is
	for i, p := range data {
		if p != nil && len(real) < a.EvaluationPeriods {
			if real = append(real, a.breaches(*p)); a.breaches(*p) {
				oldest = i + 1
			}
		}
	}
	breaching := 0
	for _, b := range real {
		if b {
			breaching++
		}
	}
	state := func(alarm bool) State {
		if alarm {
			return Alarming
		}
		return OK
	}
	few := len(real) < a.EvaluationPeriods
	switch {
	case !few, a.TreatMissingData == "notBreaching":
		return state(breaching >= a.DatapointsToAlarm)
	case a.TreatMissingData == "breaching":
		return state(breaching+a.EvaluationPeriods-len(real) >= a.DatapointsToAlarm)
	case len(real) == 0 && a.TreatMissingData == "ignore":
		return a.State
	case len(real) == 0:
		return InsufficientData
	case breaching == 0:
		return OK
	case a.TreatMissingData == "ignore" && breaching < a.DatapointsToAlarm:
		return a.State
	}
	return state(breaching >= a.DatapointsToAlarm || oldest >= a.DatapointsToAlarm && breaching == len(real))
}
