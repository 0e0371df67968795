package bus_test

import "testing"

func TestWarmListsTheRulesOnce(t *testing.T) {
	s := &server{rules: []rule{{Name: "a", State: "ENABLED", EventPattern: pattern("a", nil)}}}
	b := open(t, s)
	b.Warm(t.Context())
	if got, err := b.Subscribers(t.Context(), envelope("evt_1")); err != nil || len(got) != 1 || s.lists != 1 {
		t.Errorf("subscribers %v, %v, %d lists", got, err, s.lists)
	}
}

func TestFailureWhileWarmIsNotKept(t *testing.T) {
	s := &server{down: true}
	b := open(t, s)
	b.Warm(t.Context())
	s.down, s.rules = false, []rule{{Name: "a", State: "ENABLED", EventPattern: pattern("a", nil)}}
	if got, err := b.Subscribers(t.Context(), envelope("evt_1")); err != nil || len(got) != 1 {
		t.Errorf("subscribers %v, %v", got, err)
	}
}
