package main

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
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

func TestReplaySendsEachActionThatHasAnythingToDo(t *testing.T) {
	for flags, want := range map[string]string{
		"":                  "none parked waiting",
		"--again":           "none parked waiting withheld",
		"--stale":           "none parked waiting withheld",
		"--action parked":   "parked",
		"--action done":     "",
		"--action withheld": "",
	} {
		d := newDesk(t, 1, append(slices.Collect(maps.Keys(states)), "none")...)
		for action, end := range states {
			d.deliver("evt_00000", action, end)
		}
		if err := d.store.Discard(t.Context(), event.DeliveryRef{Action: "discarded", Event: "evt_00000"}, time.Now(), "ada: sent by hand"); err != nil {
			t.Fatal(err)
		}
		r, _, err := d.replay(t.Context(), strings.Fields("payhooks replay evt_00000 "+flags)...)
		if err != nil || r.Selected != 1 || r.Sent+r.Skipped[reasonNothing] != 1 {
			t.Errorf("%q: %+v, %v", flags, r.replaySummary, err)
		}
		var sent []string
		for ref, n := range d.sent.times {
			if sent = append(sent, ref.Action); n != 1 {
				t.Errorf("%q: sent to %s %d times", flags, ref.Action, n)
			}
		}
		if slices.Sort(sent); strings.Join(sent, " ") != want {
			t.Errorf("%q: sent to %q, want %q", flags, sent, want)
		}
		if s, err := d.store.Get(t.Context(), "evt_00000"); err != nil || s.Pending {
			t.Errorf("%q: pending again %t, %v", flags, s.Pending, err)
		}
	}
}

func TestReplayLeavesRunningAttempt(t *testing.T) {
	d := newDesk(t, 1)
	now := time.Now()
	claim := event.Claim{DeliveryRef: event.DeliveryRef{Action: receipts, Event: "evt_00000"}, Owner: "a", Now: now, Lease: now.Add(time.Minute)}
	if _, err := d.store.Claim(t.Context(), claim); err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.replay(t.Context(), "payhooks", "replay", "--since", "1h"); err != nil {
		t.Fatal(err)
	}
	if del := d.record("evt_00000", receipts); del.Owner != "a" || del.Round != 0 || len(d.sent.of(receipts)) != 0 {
		t.Errorf("%+v, sent %v; want the attempt left alone", del, d.sent.of(receipts))
	}
}

func TestReplayMakesWaitingDeliveryDueAndKeepsItsHistory(t *testing.T) {
	d := newDesk(t, 1)
	d.deliver("evt_00000", receipts, func(del *event.Delivery) {
		del.Next = time.Now().Add(5 * time.Hour)
		del.Record(event.Attempt{At: time.Now(), Error: "throttled"})
	})
	if r, _, err := d.replay(t.Context(), "payhooks", "replay", "evt_00000"); err != nil || r.Sent != 1 {
		t.Fatalf("%+v, %v", r.replaySummary, err)
	}
	if del := d.record("evt_00000", receipts); del.Next.After(time.Now()) || del.Round != 1 || del.Attempts != 1 || len(del.History) != 1 {
		t.Errorf("%+v, want it due in a second round", del)
	}
}

func TestReplayRecordsDeliveryAndSubscriberOfNewerAction(t *testing.T) {
	d := newDesk(t, 0, receipts, "newer")
	d.put(event.Facts{ID: "evt_1", Type: "charge.succeeded", Created: time.Now(), Received: time.Now().Add(-time.Minute)}, time.Time{}, receipts)
	if r, _, err := d.replay(t.Context(), "payhooks", "replay", "evt_1", "--action", "newer"); err != nil || r.Sent != 1 {
		t.Fatalf("%+v, %v", r.replaySummary, err)
	}
	if del := d.record("evt_1", "newer"); !del.Ensured || del.State != event.Waiting {
		t.Errorf("%+v, want it recorded", del)
	}
	if s, err := d.store.Get(t.Context(), "evt_1"); err != nil || !slices.Contains(s.Subscribers, "newer") || !slices.Contains(s.Subscribers, receipts) {
		t.Errorf("subscribers %v, %v", s.Subscribers, err)
	}
	if len(d.sent.of(receipts)) != 0 || d.sent.of("newer")["evt_1"] != 1 {
		t.Errorf("sent %v", d.sent.times)
	}
}

func TestRow77ReplaySkipsExpiredEvents(t *testing.T) {
	d := newDesk(t, 1)
	at := time.Now().Add(-time.Hour)
	d.put(event.Facts{ID: "evt_old", Type: "charge.succeeded", Created: at, Received: at}, time.Now().Add(-time.Minute), receipts)
	r, _, err := d.replay(t.Context(), "payhooks", "replay", "--since", "2h")
	if err != nil || r.Selected != 2 || r.Sent != 1 || r.Skipped[reasonExpired] != 1 || d.sent.of(receipts)["evt_old"] != 0 {
		t.Errorf("%+v, %v, sent %v; want the expired one skipped", r.replaySummary, err, d.sent.times)
	}
}

func TestReplayTwiceInAMinuteSendsOnce(t *testing.T) {
	d := newDesk(t, 3)
	for range 2 {
		if r, _, err := d.replay(t.Context(), "payhooks", "replay", "--since", "1h"); err != nil || r.Sent != 3 {
			t.Fatalf("%+v, %v", r.replaySummary, err)
		}
	}
	sentOnce(t, d.sent.of(receipts), 3)
}
