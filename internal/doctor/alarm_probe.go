package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/doctor/calls"
)

// probed are the alarms that may be set off for a moment: no gauge keeps them, so
// CloudWatch's next look would set them back, too. One that is red already is left alone.
var probed = []string{"conflict", "too-large", "gap"}

const (
	testReason = "payhooks doctor --probe: this is a test, nothing is wrong"
	// looks are how often the history is read, lookEvery apart: actions take a second or two.
	looks     = 15
	lookEvery = 2 * time.Second
)

// alarmProbe sets one alarm to ALARM and back, and reads from its history whether its
// action reached the topic.
func (r *run) alarmProbe(ctx context.Context) []Finding {
	const check = "alarm probe"
	name, err := r.quietAlarm(ctx)
	if err != nil {
		return []Finding{unknown(check, err)}
	}
	if name == "" {
		return []Finding{{check, Unknown, "not checked: the alarms that could be set are missing or red", "payhooks status --stack " + r.Stack}}
	}
	before, err := r.newestAction(ctx, name)
	if err != nil {
		return []Finding{unknown(check, err)}
	}
	if err := r.Alarms.SetAlarmState(ctx, name, calls.AlarmOn, testReason); err != nil {
		return []Finding{unknown(check, err)}
	}
	took, err := r.acted(ctx, name, before.at)
	if back := r.Alarms.SetAlarmState(context.WithoutCancel(ctx), name, calls.AlarmOK, testReason); err == nil {
		err = back
	}
	if err != nil {
		return []Finding{unknown(check, err)}
	}
	return []Finding{r.tookAlarm(check, name, took)}
}

// quietAlarm is the first that exists, is OK and has its actions; empty if there is none.
func (r *run) quietAlarm(ctx context.Context) (string, error) {
	for _, name := range probed {
		name = r.Stack + "-" + name
		all, err := r.Alarms.DescribeAlarms(ctx, name)
		if err != nil {
			return "", err
		}
		for _, a := range all {
			if a.StateValue == calls.AlarmOK && a.ActionsEnabled {
				return name, nil
			}
		}
	}
	return "", nil
}

// acting is what an alarm's action did.
type acting struct {
	at      time.Time // zero: nothing yet
	state   string    // Succeeded, Failed or InProgress
	summary string
}

// acted waits for the next action after that of before; zero if none comes.
func (r *run) acted(ctx context.Context, name string, before time.Time) (acting, error) {
	for range looks {
		found, err := r.newestAction(ctx, name)
		if err != nil || found.at.After(before) && found.state != "InProgress" {
			return found, err
		}
		if err := r.Pause(ctx, lookEvery); err != nil {
			return acting{}, err
		}
	}
	return acting{}, nil
}

func (r *run) newestAction(ctx context.Context, name string) (acting, error) {
	newest, err := r.Alarms.DescribeAlarmHistory(ctx, name)
	if err != nil || len(newest) == 0 {
		return acting{}, err
	}
	var data struct {
		ActionState string `json:"actionState"`
	}
	_ = json.Unmarshal([]byte(newest[0].HistoryData), &data) // else the summary says what happened
	return acting{newest[0].At(), data.ActionState, newest[0].HistorySummary}, nil
}

func (r *run) tookAlarm(check, name string, took acting) Finding {
	topic := "compare the policy and the key of topic " + r.Stack + "-alarms with template.yaml, then " + deployMain(r.Stack)
	switch {
	case took.at.IsZero():
		return Finding{check, Failed, fmt.Sprintf("alarm %s was set off, and has not acted within %s", name, looks*lookEvery), topic}
	case took.state != "Succeeded":
		return Finding{check, Failed, fmt.Sprintf("alarm %s was set off, and its action failed: %s", name, took.summary), topic}
	}
	return Finding{Check: check, Result: OK, Found: fmt.Sprintf("alarm %s was set off and back: its topic took it", name)}
}
