package operator_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

// states are deliveries of one event, by action, that a replay meets.
var states = map[string]func(*event.Delivery){
	"done":      func(d *event.Delivery) { d.State = event.Done },
	"withheld":  func(d *event.Delivery) { d.State, d.Withheld = event.Done, true },
	"parked":    func(d *event.Delivery) { d.State, d.Error = event.Parked, "rejected" },
	"unknown":   func(d *event.Delivery) { d.State, d.Effect = event.Unknown, "receipt/pi_1" },
	"discarded": func(d *event.Delivery) { d.State, d.Error = event.Parked, "rejected" },
	"waiting":   func(d *event.Delivery) { d.Next = time.Now().Add(5 * time.Hour) },
}

// replay runs a replay as fast as possible.
func replay(t *testing.T, d *operatortest.Desk, req operator.Replay) (operator.ReplayResult, error) {
	t.Helper()
	plan, err := d.PlanReplay(t.Context(), req)
	if err != nil {
		return operator.ReplayResult{}, err
	}
	return plan.Run(t.Context(), operator.Pace{})
}

func lastHours(n int) operator.Replay {
	return operator.Replay{Events: operator.Events{From: time.Now().Add(-time.Duration(n) * time.Hour)}}
}

func TestReplaySendsEachActionThatHasAnythingToDo(t *testing.T) {
	for want, req := range map[string]operator.Replay{
		"none parked waiting":           {},
		"none parked waiting withheld":  {Again: true},
		"none parked waiting withheld ": {Stale: true},
		"parked":                        {Events: operator.Events{Action: "parked"}},
		"":                              {Events: operator.Events{Action: "done"}},
		" ":                             {Events: operator.Events{Action: "withheld"}},
	} {
		want, req.IDs = strings.TrimSpace(want), []string{"evt_00000"}
		d := operatortest.New(t, time.Now, 1, append(slices.Collect(maps.Keys(states)), "none")...)
		for action, end := range states {
			d.Deliver("evt_00000", action, end)
		}
		if err := d.Memory.Discard(t.Context(), event.DeliveryRef{Action: "discarded", Event: "evt_00000"}, time.Now(), "ada: sent by hand"); err != nil {
			t.Fatal(err)
		}
		r, err := replay(t, d, req)
		if err != nil || r.Selected != 1 || r.Sent+r.Skipped[operator.ReasonNothing] != 1 {
			t.Errorf("%+v: %+v, %v", req, r, err)
		}
		var sent []string
		for ref, n := range d.Sent.Times() {
			if sent = append(sent, ref.Action); n != 1 {
				t.Errorf("%+v: sent to %s %d times", req, ref.Action, n)
			}
		}
		if slices.Sort(sent); strings.Join(sent, " ") != want {
			t.Errorf("%+v: sent to %q, want %q", req, sent, want)
		}
		if s, err := d.Memory.Get(t.Context(), "evt_00000"); err != nil || s.Pending {
			t.Errorf("%+v: pending again %t, %v", req, s.Pending, err)
		}
	}
}

func TestReplayLeavesRunningAttempt(t *testing.T) {
	d := operatortest.New(t, time.Now, 1)
	now := time.Now()
	claim := event.Claim{DeliveryRef: event.DeliveryRef{Action: operatortest.Receipts, Event: "evt_00000"}, Owner: "a", Now: now, Lease: now.Add(time.Minute)}
	if _, err := d.Memory.Claim(t.Context(), claim); err != nil {
		t.Fatal(err)
	}
	if _, err := replay(t, d, lastHours(1)); err != nil {
		t.Fatal(err)
	}
	if del := d.Record("evt_00000", operatortest.Receipts); del.Owner != "a" || del.Round != 0 || len(d.Sent.Of(operatortest.Receipts)) != 0 {
		t.Errorf("%+v, sent %v; want the attempt left alone", del, d.Sent.Of(operatortest.Receipts))
	}
}

func TestReplayMakesWaitingDeliveryDueAndKeepsItsHistory(t *testing.T) {
	d := operatortest.New(t, time.Now, 1)
	d.Deliver("evt_00000", operatortest.Receipts, func(del *event.Delivery) {
		del.Next = time.Now().Add(5 * time.Hour)
		del.Record(event.Attempt{At: time.Now(), Error: "throttled"})
	})
	if r, err := replay(t, d, operator.Replay{Events: operator.Events{IDs: []string{"evt_00000"}}}); err != nil || r.Sent != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	if del := d.Record("evt_00000", operatortest.Receipts); del.Next.After(time.Now()) || del.Round != 1 || del.Attempts != 1 || len(del.History) != 1 {
		t.Errorf("%+v, want it due in a second round", del)
	}
}

func TestReplayRecordsDeliveryAndSubscriberOfNewerAction(t *testing.T) {
	d := operatortest.New(t, time.Now, 0, operatortest.Receipts, "newer")
	d.Put(event.Facts{ID: "evt_1", Type: "charge.succeeded", Created: time.Now(), Received: time.Now().Add(-time.Minute)}, time.Time{}, operatortest.Receipts)
	if r, err := replay(t, d, operator.Replay{Events: operator.Events{IDs: []string{"evt_1"}, Action: "newer"}}); err != nil || r.Sent != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	if del := d.Record("evt_1", "newer"); !del.Ensured || del.State != event.Waiting {
		t.Errorf("%+v, want it recorded", del)
	}
	if s, err := d.Memory.Get(t.Context(), "evt_1"); err != nil || !slices.Contains(s.Subscribers, "newer") || !slices.Contains(s.Subscribers, operatortest.Receipts) {
		t.Errorf("subscribers %v, %v", s.Subscribers, err)
	}
	if len(d.Sent.Of(operatortest.Receipts)) != 0 || d.Sent.Of("newer")["evt_1"] != 1 {
		t.Errorf("sent %v", d.Sent.Times())
	}
}

func TestRow77ReplaySkipsExpiredEvents(t *testing.T) {
	d := operatortest.New(t, time.Now, 1)
	at := time.Now().Add(-time.Hour)
	d.Put(event.Facts{ID: "evt_old", Type: "charge.succeeded", Created: at, Received: at}, time.Now().Add(-time.Minute), operatortest.Receipts)
	r, err := replay(t, d, lastHours(2))
	if err != nil || r.Selected != 2 || r.Sent != 1 || r.Skipped[operator.ReasonExpired] != 1 || d.Sent.Of(operatortest.Receipts)["evt_old"] != 0 {
		t.Errorf("%+v, %v, sent %v; want the expired one skipped", r, err, d.Sent.Times())
	}
}

func TestReplayTwiceInAMinuteSendsOnce(t *testing.T) {
	d := operatortest.New(t, time.Now, 3)
	for range 2 {
		if r, err := replay(t, d, lastHours(1)); err != nil || r.Sent != 3 {
			t.Fatalf("%+v, %v", r, err)
		}
	}
	for id, n := range d.Sent.Of(operatortest.Receipts) {
		if n != 1 {
			t.Errorf("%s was sent %d times", id, n)
		}
	}
}
