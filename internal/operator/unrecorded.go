package operator

import (
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// Unrecorded is a subscriber of an event without a record in the ledger.
type Unrecorded struct {
	Action string       `json:"action"`
	Why    event.Reason `json:"why"`
}

// unrecorded are the event's subscribers without a delivery, and why that is; actions
// are those with a rule now.
func unrecorded(s event.Stored, ds []event.Delivery, actions []string, now time.Time) (all []Unrecorded) {
	for _, name := range s.Subscribers {
		if slices.ContainsFunc(ds, func(d event.Delivery) bool { return d.Action == name }) {
			continue
		}
		why := "its message is in the queue, or the first attempt runs"
		switch {
		case !slices.Contains(actions, name):
			why = "the action has no rule any more: reconcile ends the delivery"
		case now.Sub(published(s)) >= reconcile.Grace:
			why = fmt.Sprintf("no attempt began in %d minutes: reconcile records and redelivers it; payhooks reconcile does that now", int(reconcile.Grace.Minutes()))
		}
		all = append(all, Unrecorded{name, event.Reason(why)})
	}
	return all
}

// published is from when on an event can have been on the bus.
func published(s event.Stored) time.Time {
	if s.FetchedAt.After(s.Received) {
		return s.FetchedAt
	}
	return s.Received
}

// unpublished is why no action has a pending event; empty if it is not pending.
func unpublished(s event.Stored) string {
	switch {
	case !s.Pending:
		return ""
	case s.ByFetch:
		return "not published yet: function fetch does that once it has the object; see its delivery"
	case s.OnBus:
		return "the bus has it, its subscribers are not recorded yet: reconcile does that; payhooks reconcile does it now"
	}
	return "the bus does not have it yet: reconcile publishes what dispatch did not; payhooks reconcile does it now"
}
