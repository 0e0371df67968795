package cloudwatch_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/infra/check"
	"github.com/payhooks/payhooks/infra/cloudwatch"
)

// mailed are the notices that the subscription of AlarmEmail lets through.
func mailed(t *testing.T, notices []cloudwatch.Notice) (all []cloudwatch.Notice) {
	t.Helper()
	subscriptions, err := check.Resources(templates(t), "AWS::SNS::Subscription", stack, map[string]string{"AlarmEmail": "a@example.com", "NoticeEmail": ""})
	if err != nil || len(subscriptions) != 1 {
		t.Fatalf("%d subscriptions, %v", len(subscriptions), err)
	}
	text, err := json.Marshal(subscriptions[0].Properties["FilterPolicy"])
	if err != nil {
		t.Fatal(err)
	}
	var policy struct {
		Or []map[string][]any `json:"$or"`
	}
	if err := json.Unmarshal(text, &policy); err != nil || len(policy.Or) == 0 {
		t.Fatalf("filter policy %s: %v", text, err)
	}
	for _, n := range notices {
		if slices.ContainsFunc(policy.Or, func(all map[string][]any) bool { return passes(n, all) }) {
			all = append(all, n)
		}
	}
	return all
}

// passes reports whether each of the names has one of its values, or ends with it.
func passes(n cloudwatch.Notice, all map[string][]any) bool {
	message := map[string]string{"AlarmName": n.Alarm, "OldStateValue": string(n.From), "NewStateValue": string(n.To)}
	for name, values := range all {
		if !slices.ContainsFunc(values, func(v any) bool {
			if o, ok := v.(map[string]any); ok {
				suffix, _ := o["suffix"].(string)
				return suffix != "" && strings.HasSuffix(message[name], suffix)
			}
			return v == message[name]
		}) {
			return false
		}
	}
	return true
}

func TestMailsSayWhatGoesOffAndClearsAndNothingWhenAStackIsMade(t *testing.T) {
	s := newStand(t)
	s.settle()
	if len(s.watch.Notices) < 20 {
		t.Errorf("only %d alarms became OK", len(s.watch.Notices))
	}
	for _, n := range mailed(t, s.watch.Notices) {
		if n.Alarm != stack+"-reconcile-stopped" { // it began, which clears it
			t.Errorf("a new stack mails %v", n)
		}
	}
	for name, begin := range map[string]func(*stand){"quarantined": func(s *stand) { odd(s, `{"object":"event"}`) }, "reconcile-stopped": off("reconcile")} {
		s.watch.Notices = nil
		begin(s)
		s.minutes(20, s.traffic)
		works(s)
		discardAll(s)
		s.minutes(20, s.traffic)
		var states []cloudwatch.State
		for _, n := range mailed(t, s.watch.Notices) {
			if n.Alarm == stack+"-"+name {
				states = append(states, n.To)
			}
		}
		if len(states) != 2 || states[0] == cloudwatch.OK || states[1] != cloudwatch.OK {
			t.Errorf("%s: mailed %v", name, states)
		}
	}
}
