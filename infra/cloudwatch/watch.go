package cloudwatch

import (
	"io/fs"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/check"
)

// Watch is what watches a stack: its metric filters, alarms and dashboards.
type Watch struct {
	Metrics    Metrics
	Alarms     []*Alarm
	Dashboards []string // as JSON
	// Notices are what the alarms said, in order.
	Notices []Notice

	filters []filter
}

// Notice is a change of state that an alarm has an action for.
type Notice struct {
	At       time.Time
	Alarm    string // its name
	From, To State
}

// Open reads the project's templates for a stack of this name with these parameters.
func Open(files fs.FS, stack string, parameters map[string]string) (*Watch, error) {
	w := &Watch{}
	err := each(files, "AWS::Logs::MetricFilter", stack, parameters, func(r check.Resource) error {
		f, err := filterOf(r)
		w.filters = append(w.filters, f)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = each(files, "AWS::CloudWatch::Alarm", stack, parameters, func(r check.Resource) error {
		a, err := alarmOf(r)
		w.Alarms = append(w.Alarms, a)
		return err
	})
	if err != nil {
		return nil, err
	}
	return w, each(files, "AWS::CloudWatch::Dashboard", stack, parameters, func(r check.Resource) error {
		body, _ := r.Properties["DashboardBody"].(string)
		w.Dashboards = append(w.Dashboards, body)
		return nil
	})
}

func each(files fs.FS, kind, stack string, parameters map[string]string, do func(check.Resource) error) error {
	all, err := check.Resources(files, kind, stack, parameters)
	for _, r := range all {
		if err == nil {
			err = do(r)
		}
	}
	return err
}

// Look evaluates every alarm, as CloudWatch does each minute.
func (w *Watch) Look(now time.Time) error {
	for _, a := range w.Alarms {
		data, err := a.data(&w.Metrics, now)
		if err != nil {
			return err
		}
		from := a.State
		a.State = a.next(data)
		actions := map[State][]string{OK: a.OKActions, Alarming: a.AlarmActions, InsufficientData: a.InsufficientDataActions}
		if a.State != from && len(actions[a.State]) > 0 {
			w.Notices = append(w.Notices, Notice{now, a.AlarmName, from, a.State})
		}
	}
	return nil
}

// Alarm finds the one with this name.
func (w *Watch) Alarm(name string) *Alarm {
	for _, a := range w.Alarms {
		if a.AlarmName == name {
			return a
		}
	}
	return nil
}

// Red are the names of the alarms that call somebody, without the stack's: they went off,
// or there is no more data where that has an action.
func (w *Watch) Red(stack string) (all []string) {
	for _, a := range w.Alarms {
		if a.State == Alarming || a.State == InsufficientData && len(a.InsufficientDataActions) > 0 {
			all = append(all, strings.TrimPrefix(a.AlarmName, stack+"-"))
		}
	}
	return all
}
