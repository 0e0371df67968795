package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	cw "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/payhooks/payhooks/internal/doctor/calls"
)

// alarmState is what CloudWatch knows of alarms, and how their actions end.
type alarmState struct {
	states map[string]string // by name
	action string            // how an action ends
	took   int               // pauses until then; negative is never

	silenced bool // actions are disabled
	set      []string
	history  []calls.AlarmAction // the newest first
	running  int
	now      time.Time
}

func (c *cloud) DescribeAlarms(_ context.Context, name string) (all []calls.Alarm, err error) {
	if state, ok := c.alarm.states[name]; ok {
		all = []calls.Alarm{{StateValue: state, ActionsEnabled: !c.alarm.silenced}}
	}
	return all, c.errs["DescribeAlarms"]
}

func (c *cloud) SetAlarmState(_ context.Context, name, state, reason string) error {
	if err := c.errs["SetAlarmState"]; err != nil || reason != testReason {
		return cmp.Or(err, errors.New("the reason is "+reason))
	}
	c.alarm.set = append(c.alarm.set, name+" "+state)
	c.alarm.running = c.alarm.took
	if c.alarm.took == 0 {
		c.acted()
	}
	return nil
}

// acted writes into the history, as CloudWatch does after it published to the topic.
func (c *cloud) acted() {
	c.alarm.now = c.alarm.now.Add(time.Second)
	item := calls.AlarmAction{
		Timestamp: float64(c.alarm.now.Unix()), HistorySummary: c.alarm.action + " for arn:topic",
		HistoryData: fmt.Sprintf(`{"actionState":%q,"notificationResource":"arn:topic"}`, c.alarm.action),
	}
	c.alarm.history = append([]calls.AlarmAction{item}, c.alarm.history...)
}

func (c *cloud) DescribeAlarmHistory(context.Context, string) ([]calls.AlarmAction, error) {
	return c.alarm.history[:min(len(c.alarm.history), 1)], c.errs["DescribeAlarmHistory"]
}

func (c *cloud) pause(context.Context, time.Duration) error {
	if c.alarm.running--; c.alarm.running == 0 {
		c.acted()
	}
	return c.errs["Pause"]
}

func TestProbeSetsAnAlarmOffAndBack(t *testing.T) {
	c := healthy()
	c.alarm.states = map[string]string{"shop-conflict": string(cw.StateValueAlarm), "shop-too-large": string(cw.StateValueOk)}
	c.alarm.action = "Failed"
	c.acted() // that of another day
	c.alarm.action = "Succeeded"
	findings := c.findings(t)
	if f := findings[len(findings)-1]; f.Check != "alarm probe" || f.Result != OK {
		t.Errorf("%+v", f)
	}
	if want := []string{"shop-too-large ALARM", "shop-too-large OK"}; !slices.Equal(c.alarm.set, want) {
		t.Errorf("set %q, expected %q", c.alarm.set, want)
	}
}

func TestProbeFailsWhereNobodyHearsAnAlarm(t *testing.T) {
	expectFindings(t, []broken{
		{"the topic refuses it", func(c *cloud) { c.alarm.action = "Failed" }, "alarm probe", Failed, "its action failed: Failed for arn:topic", "topic shop-alarms"},
		{"nothing happens", func(c *cloud) { c.alarm.took = -1 }, "alarm probe", Failed, "has not acted within 30s", "sam deploy"},
		{"all are red", func(c *cloud) { c.alarm.states["shop-conflict"] = string(cw.StateValueAlarm) }, "alarm probe", Unknown, "missing or red", "payhooks status"},
		{"actions are off", func(c *cloud) { c.alarm.silenced = true }, "alarm probe", Unknown, "missing or red", "payhooks status"},
		{"denied look", func(c *cloud) { c.errs["DescribeAlarms"] = denied("CloudWatch", "DescribeAlarms") }, "alarm probe", Unknown, "cloudwatch:DescribeAlarms", "allow"},
		{"denied set", func(c *cloud) { c.errs["SetAlarmState"] = denied("CloudWatch", "SetAlarmState") }, "alarm probe", Unknown, "cloudwatch:SetAlarmState", "allow"},
		{"denied history", func(c *cloud) {
			c.errs["DescribeAlarmHistory"] = denied("CloudWatch", "DescribeAlarmHistory")
		}, "alarm probe", Unknown, "cloudwatch:DescribeAlarmHistory", "allow"},
		{"interrupted", func(c *cloud) { c.errs["Pause"] = context.Canceled }, "alarm probe", Unknown, "canceled", "again"},
	})
	c := healthy()
	c.errs["Pause"] = context.Canceled
	if c.findings(t); c.alarm.set[len(c.alarm.set)-1] != "shop-conflict OK" {
		t.Errorf("an interrupted probe left %q", c.alarm.set)
	}
}
