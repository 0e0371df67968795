package operator_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

const restoredEvents = "memory-events-restored"

// lostEvents is a desk with n events that are done, a copy of them, and no event.
func lostEvents(t *testing.T, n int) *operatortest.Desk {
	t.Helper()
	d := operatortest.New(t, time.Now, n)
	for i := range n {
		d.Deliver(id(i), operatortest.Receipts, func(del *event.Delivery) { del.State = event.Done })
	}
	d.Copies.Make(restoredEvents, "events")
	for i := range n {
		d.Copies.Lose("events", id(i))
	}
	return d
}

func id(i int) string { return fmt.Sprintf("evt_%05d", i) }

func planRestore(t *testing.T, d *operatortest.Desk, req operator.Restore) *operator.RestorePlan {
	t.Helper()
	plan, err := d.PlanRestore(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// restore runs a restore of the events.
func restore(t *testing.T, d *operatortest.Desk, req operator.Restore) operator.RestoreResult {
	t.Helper()
	if req.From == "" {
		req.From = restoredEvents
	}
	r, err := planRestore(t, d, req).Run(t.Context(), operator.Pace{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRestorePutsMissingItemsBackAsTheyWere(t *testing.T) {
	d := operatortest.New(t, time.Now, 3)
	for i := range 3 {
		d.Deliver(id(i), operatortest.Receipts, func(del *event.Delivery) { del.State = event.Done })
	}
	before, err := d.Memory.Get(t.Context(), id(1))
	if err != nil {
		t.Fatal(err)
	}
	d.Copies.Make(restoredEvents, "events")
	d.Copies.Lose("events", id(1))
	changes := len(d.Memory.Changes(0, 10))
	r, err := planRestore(t, d, operator.Restore{From: restoredEvents}).DryRun(t.Context(), nil)
	if err != nil || r.Listed != 3 || r.Missing != 1 || r.Selected != 1 || r.Stored != 0 || !cmp.Equal(r.Sample, []string{id(1)}) {
		t.Fatalf("dry run: %+v, %v", r, err)
	}
	if _, err := d.Memory.Get(t.Context(), id(1)); !errors.Is(err, event.ErrNotFound) {
		t.Fatalf("a dry run stored it: %v", err)
	}
	if r := restore(t, d, operator.Restore{}); r.Listed != 3 || r.Missing != 1 || r.Stored != 1 || r.Table != "events" || r.Resume != "" {
		t.Errorf("%+v", r)
	}
	after, err := d.Memory.Get(t.Context(), id(1))
	if err != nil || !cmp.Equal(before, after) {
		t.Errorf("%v (-before +after)\n%s", err, cmp.Diff(before, after))
	}
	if n := len(d.Memory.Changes(0, 10)) - changes; n != 0 || len(d.Sent.Times()) != 0 {
		t.Errorf("%d records for the stream, sent %v; want a finished event restored in silence", n, d.Sent.Times())
	}
	if r := restore(t, d, operator.Restore{}); r.Missing != 0 || r.Stored != 0 {
		t.Errorf("second time: %+v", r)
	}
}

func TestRestoreLeavesLiveItems(t *testing.T) {
	d := operatortest.New(t, time.Now, 2, "a")
	d.Copies.Make(restoredEvents, "events")
	if err := d.Memory.MarkPublished(t.Context(), id(0), []string{"newer"}); err != nil {
		t.Fatal(err)
	}
	d.Copies.Lose("events", id(1))
	// It is stored between the comparison and the put.
	d.Memory.Fault = func(op memory.Op) memory.Fault {
		return memory.Fault{Before: func() error {
			if op.Name == "Copies.PutBack" {
				d.Put(event.Facts{ID: id(1), Type: "newer"}, time.Time{})
			}
			return nil
		}}
	}
	if r := restore(t, d, operator.Restore{Unrecorded: true}); r.Missing != 1 || r.Stored != 0 || r.Skipped[operator.ReasonThere] != 1 {
		t.Errorf("%+v", r)
	}
	d.Memory.Fault = nil
	if s, err := d.Memory.Get(t.Context(), id(0)); err != nil || !cmp.Equal(s.Subscribers, []string{"a", "newer"}) {
		t.Errorf("%v, %v", s.Subscribers, err)
	}
	if s, err := d.Memory.Get(t.Context(), id(1)); err != nil || s.Type != "newer" {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestRestoreSkipsExpiredItems(t *testing.T) {
	d := operatortest.New(t, time.Now, 0)
	at := time.Now().Add(-time.Hour)
	d.Put(event.Facts{ID: "evt_old", Type: "charge.succeeded", Received: at}, time.Now().Add(-time.Minute))
	claim := event.Claim{DeliveryRef: event.DeliveryRef{Action: "a", Event: "evt_old"}, Owner: "o", Now: at, Lease: at.Add(time.Minute), Expires: time.Now().Add(-time.Second)}
	if _, err := d.Memory.Claim(t.Context(), claim); err != nil {
		t.Fatal(err)
	}
	d.Copies.Make(restoredEvents, "events")
	d.Copies.Make("memory-deliveries-restored", "deliveries")
	d.Copies.Lose("events", "evt_old")
	d.Copies.Lose("deliveries", "a#evt_old")
	for _, from := range []string{restoredEvents, "memory-deliveries-restored"} {
		if r := restore(t, d, operator.Restore{From: from}); r.Listed != 1 || r.Missing != 0 || r.Stored != 0 || r.Skipped[operator.ReasonExpired] != 1 {
			t.Errorf("%s: %+v", from, r)
		}
	}
}

func TestRestoredPendingEventIsPublished(t *testing.T) {
	d := operatortest.New(t, time.Now, 0)
	d.Put(event.Facts{ID: "evt_1", Type: "charge.succeeded", Received: time.Now()}, time.Time{})
	d.Copies.Make(restoredEvents, "events")
	d.Copies.Lose("events", "evt_1")
	at := len(d.Memory.Changes(0, 10))
	if r := restore(t, d, operator.Restore{}); r.Stored != 1 || r.Unfinished != 1 {
		t.Errorf("%+v", r)
	}
	if n := len(d.Memory.Changes(0, 10)); n != at+1 {
		t.Errorf("%d new records for the stream, want one", n-at)
	}
}

func TestStoppedRestoreResumes(t *testing.T) {
	d := lostEvents(t, 10)
	d.Copies.PageSize = 3
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	n := 0
	r, err := planRestore(t, d, operator.Restore{From: restoredEvents}).Run(ctx, operator.Pace{Parallel: 1, Progress: func(m int) {
		if n += m; n == 5 {
			stop()
		}
	}})
	if !errors.Is(err, context.Canceled) || r.Stored != 5 || r.Resume != id(2) {
		t.Fatalf("%+v, %v; want it stopped in the second page", r, err)
	}
	if r := restore(t, d, operator.Restore{After: r.Resume}); r.Listed != 7 || r.Missing != 5 || r.Stored != 5 {
		t.Errorf("resumed: %+v", r)
	}
}
