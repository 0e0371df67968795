package cloudwatch_test

import (
	"slices"
	"strings"
	"testing"
)

func TestEachAlarmGoesOffForItsConditionAndClears(t *testing.T) {
	for _, c := range conditions() {
		t.Run(c.alarm, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			if s.watch.Alarm(stack+"-"+c.alarm) == nil {
				t.Skip("the stack has no such alarm") // the shop's
			}
			s.settle()
			each := []func(int){}
			if !c.quiet {
				each = append(each, s.traffic)
			}
			during := each
			if c.each != nil {
				during = append([]func(int){func(second int) { c.each(s, second) }}, each...)
			}
			if c.begin != nil {
				c.begin(s)
			}
			minutes := 0
			for ; !s.red(c.alarm) && minutes < max(c.within, 20*b2i(c.within == 0)); minutes++ {
				s.minutes(1, during...)
			}
			if !s.red(c.alarm) {
				t.Fatalf("after %d minutes it is %s, red are %q", minutes, s.watch.Alarm(stack+"-"+c.alarm).State, s.watch.Red(stack))
			}
			t.Logf("red after %d minutes, with %q", minutes, s.watch.Red(stack))
			if c.end == nil {
				c.end = works
			}
			c.end(s)
			minutes = 0
			for ; s.red(c.alarm) && minutes < max(c.clears, 60*b2i(c.clears == 0)); minutes++ {
				s.minutes(1, s.traffic)
			}
			if s.red(c.alarm) {
				t.Fatalf("%d minutes after its end it is still %s", minutes, s.watch.Alarm(stack+"-"+c.alarm).State)
			}
			t.Logf("clear after %d minutes", minutes)
		})
	}
}

func b2i(v bool) int {
	if v {
		return 1
	}
	return 0
}

// An action's alarms are those of the template that all actions have.
func TestEachAlarmHasACondition(t *testing.T) {
	driven := map[string]bool{}
	for _, c := range conditions() {
		driven[c.alarm] = true
	}
	seen := 0
	for _, a := range newStand(t).watch.Alarms {
		name := strings.TrimPrefix(a.AlarmName, stack+"-")
		ofAction := slices.ContainsFunc([]string{"-queue-age", "-lost", "-errors"}, func(kind string) bool {
			return strings.HasSuffix(name, kind) && driven[churn+kind] && a.ID == map[string]string{"-queue-age": "QueueAge", "-lost": "Lost", "-errors": "Errors"}[kind]
		})
		if seen++; !driven[name] && !ofAction {
			t.Errorf("nothing drives the alarm %s", name)
		}
	}
	if seen < 25 {
		t.Errorf("the templates have %d alarms", seen)
	}
}
