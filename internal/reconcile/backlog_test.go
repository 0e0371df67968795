package reconcile_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// due makes n deliveries to send-receipt that are due and were published.
func (r *rig) due(n int) {
	r.t.Helper()
	for i := range n {
		id := fmt.Sprintf("evt_%d", i)
		r.published(id, "send-receipt")
		r.ensure(id, "send-receipt")
	}
}

func TestRow76ActionsThatCannotReceiveGetNoCopies(t *testing.T) {
	for name, prevent := range map[string]func(*rig){
		"a full queue":       func(r *rig) { r.queues["send-receipt"] = event.Backlog{Messages: 100_000} },
		"a disabled mapping": func(r *rig) { r.queues["send-receipt"] = event.Backlog{Disabled: true} },
		"a disabled rule":    func(r *rig) { r.bus.Disabled = map[string]bool{"send-receipt": true} },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.due(20)
			r.published("evt_other", "update-order")
			r.ensure("evt_other", "update-order")
			prevent(r)
			r.now = r.now.Add(time.Hour)
			got := r.sweep()
			if got.Sent != 1 || got.Held != 20 || got.Overdue != 21 {
				t.Fatalf("%+v; expected 20 held and late, and the other action served", got.DueReport)
			}
			r.queues["send-receipt"], r.bus.Disabled = event.Backlog{Messages: 980}, nil
			r.now = r.now.Add(time.Minute)
			if got := r.sweep(); got.Sent != 20 {
				t.Fatalf("sent %d when it receives again, expected 20", got.Sent)
			}
		})
	}
}

func TestRedeliveriesFillAQueueAndNoMore(t *testing.T) {
	r := newRig(t)
	r.due(20)
	r.queues["send-receipt"] = event.Backlog{Messages: 993}
	r.now = r.now.Add(time.Hour)
	if got := r.sweep(); got.Sent != 7 || got.Held != 13 {
		t.Fatalf("%+v; expected 7 sent and 13 held", got.DueReport)
	}
}

func TestRow78DisabledRuleLosesAndParksNothing(t *testing.T) {
	r := newRig(t)
	r.bus.Selects = map[string][]string{"send-receipt": nil}
	r.bus.Disabled = map[string]bool{"send-receipt": true}
	r.put("evt_1")
	for range 60 {
		r.now = r.now.Add(time.Minute)
		r.sweep()
	}
	if d := r.delivery("evt_1", "send-receipt"); d.State != event.Waiting {
		t.Fatalf("%+v", d)
	}
	r.bus.Disabled = nil
	r.now = r.now.Add(time.Minute)
	if got := r.sweep(); got.Sent != 1 {
		t.Fatalf("sent %d after the rule was enabled", got.Sent)
	}
}

// removals are the rules after an action, or the type of the rig's events in its rule,
// was removed, by the outcome of a delivery that no attempt began.
var removals = map[string]map[string][]string{
	"action removed":     {"update-order": nil},
	"event type removed": {"update-order": nil, "send-receipt": {"refund.created"}},
}

func TestRow78RuleMissingFromOneListingParksNothing(t *testing.T) {
	for name, without := range removals {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.due(1)
			all := r.bus.Selects
			r.bus.Selects = without
			r.sweep()
			r.bus.Selects = all
			r.now = r.now.Add(time.Minute)
			r.sweep() // sees it again
			r.bus.Selects = without
			r.now = r.now.Add(20 * time.Minute)
			r.sweep() // misses it once more, long after the first time
			if d := r.delivery("evt_0", "send-receipt"); d.State != event.Waiting {
				t.Fatalf("%+v", d)
			}
		})
	}
}

func TestRow64DeliveriesOfARemovedActionOrTypeEnd(t *testing.T) {
	for outcome, without := range removals {
		t.Run(outcome, func(t *testing.T) {
			r := newRig(t)
			r.due(2)
			failed := event.Delivery{Event: "evt_1", Action: "send-receipt", State: event.Waiting, Owner: "a", Attempts: 1, First: r.now, Updated: r.now, Next: r.now, Expires: r.now.AddDate(1, 0, 0)}
			if err := r.store.Commit(t.Context(), event.Commit{Delivery: failed}); err != nil {
				t.Fatal(err)
			}
			r.bus.Selects = without
			r.sweep()
			r.now = r.now.Add(14 * time.Minute)
			r.sweep()
			if d := r.delivery("evt_0", "send-receipt"); d.State != event.Waiting {
				t.Fatalf("ended after 14 minutes: %+v", d)
			}
			r.now = r.now.Add(time.Minute)
			if got := r.sweep(); got.Ended != 2 || got.Sent != 0 {
				t.Fatalf("%+v", got.DueReport)
			}
			if d := r.delivery("evt_0", "send-receipt"); d.State != event.Done || d.Outcome != outcome {
				t.Errorf("never attempted: %+v", d)
			}
			if d := r.delivery("evt_1", "send-receipt"); d.State != event.Parked || d.Error == "" {
				t.Errorf("attempted before: %+v", d)
			}
		})
	}
}

// TestAnActionThatKeepsUpGetsMoreEachMinute: what waited for an outage comes back in minutes,
// and an action that does not keep up gets no more than before.
func TestAnActionThatKeepsUpGetsMoreEachMinute(t *testing.T) {
	r := newRig(t)
	r.due(70_000)
	r.now = r.now.Add(time.Hour)
	minute := func(messages int) int {
		r.queues["send-receipt"] = event.Backlog{Messages: messages}
		r.now = r.now.Add(time.Minute)
		return r.sweep().Sent
	}
	for i, c := range []struct{ messages, sent int }{
		{0, 1000},
		{100, 1900},  // it was fast
		{0, 4000},    // still
		{1200, 0},    // nothing in front of more than 1,000
		{0, 1000},    // and it did not fill its queue
		{0, 2000},    // again
		{0, 4000},    //
		{700, 3300},  // as many as before: it was slower
		{0, 8000},    //
		{0, 16_000},  //
		{0, 16_000},  // and no more than that
		{100_000, 0}, //
		{100_000, 0}, //
	} {
		if got := minute(c.messages); got != c.sent {
			t.Errorf("minute %d: %d sent with %d messages in the queue, want %d", i, got, c.messages, c.sent)
		}
	}
}
