package event_test

import (
	"testing"

	"github.com/payhooks/payhooks/internal/event"
)

func TestStatusIsTheFirstThatApplies(t *testing.T) {
	deliver := func(action string, s event.State) event.Delivery { return event.Delivery{Action: action, State: s} }
	for name, tc := range map[string]struct {
		stored event.Stored
		ds     []event.Delivery
		want   event.Status
	}{
		"no subscriber":                {event.Stored{}, nil, event.StatusIgnored},
		"not published":                {event.Stored{Pending: true}, nil, event.StatusPending},
		"subscriber unrecorded":        {event.Stored{Subscribers: []string{"a", "b"}}, []event.Delivery{deliver("a", event.Done)}, event.StatusPending},
		"done by every action":         {event.Stored{Subscribers: []string{"a"}}, []event.Delivery{deliver("a", event.Done)}, event.StatusDone},
		"replayed and done before":     {event.Stored{Subscribers: []string{"a"}, Pending: true}, []event.Delivery{deliver("a", event.Done)}, event.StatusPending},
		"waiting beats pending":        {event.Stored{Subscribers: []string{"a", "b"}}, []event.Delivery{deliver("a", event.Waiting)}, event.StatusWaiting},
		"parked beats waiting":         {event.Stored{}, []event.Delivery{deliver("a", event.Waiting), deliver("b", event.Parked)}, event.StatusParked},
		"unknown beats everything":     {event.Stored{}, []event.Delivery{deliver("a", event.Unknown), deliver("b", event.Parked)}, event.StatusUnknown},
		"done though no rule wants it": {event.Stored{}, []event.Delivery{deliver("a", event.Done)}, event.StatusDone},
	} {
		t.Run(name, func(t *testing.T) {
			if got := event.StatusOf(tc.stored, tc.ds); got != tc.want {
				t.Fatalf("got %s, want %s", got, tc.want)
			}
		})
	}
}
