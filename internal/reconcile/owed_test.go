package reconcile_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/reconcile"
)

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

type rig struct {
	*reconcile.Owed
	store *memory.Store
	bus   *memory.Bus
	now   time.Time
	t     *testing.T
}

func newRig(t *testing.T) *rig {
	r := &rig{store: memory.New(), now: start, t: t}
	r.bus = &memory.Bus{Rules: map[string][]string{"send-receipt": nil, "update-order": nil}}
	r.Owed = &reconcile.Owed{
		Store: r.store, Ledger: r.store, Bus: r.bus, Retention: 400 * 24 * time.Hour,
		Now: func() time.Time { return r.now }, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	return r
}

func (r *rig) put(id string) {
	r.t.Helper()
	e := event.Event{Body: []byte("{}"), Facts: event.Facts{ID: id, Type: "charge.succeeded", Created: r.now, Received: r.now}}
	if _, err := r.store.Put(r.t.Context(), e, r.now.AddDate(1, 0, 0)); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) sweep() reconcile.Report {
	r.t.Helper()
	report, err := r.Sweep(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return report
}

func TestEverythingUnpublishedForADayIsPublished(t *testing.T) {
	r := newRig(t)
	for i := range 50 {
		r.put(fmt.Sprintf("evt_%d", i))
		r.now = r.now.Add(30 * time.Minute)
	}
	r.now = r.now.Add(15 * time.Minute)
	if got := r.sweep(); got.Published != 50 {
		t.Fatalf("published %d, want 50", got.Published)
	}
	for i := range 50 {
		s, err := r.store.Get(t.Context(), fmt.Sprintf("evt_%d", i))
		if err != nil || s.Pending || len(s.Subscribers) != 2 {
			t.Fatalf("evt_%d: pending %t, wanted %v, %v", i, s.Pending, s.Subscribers, err)
		}
	}
	if got := r.sweep(); got.Published != 0 {
		t.Fatalf("published %d again", got.Published)
	}
}

func TestWhatNoQueueGotIsSentAgainToTheActionsWithoutARecordOnly(t *testing.T) {
	r := newRig(t)
	r.put("evt_1")
	if err := r.store.MarkPublished(t.Context(), "evt_1", []string{"send-receipt", "update-order"}); err != nil {
		t.Fatal(err)
	}
	d, err := r.store.Claim(t.Context(), event.Claim{Event: "evt_1", Action: "update-order", Owner: "a", Now: r.now, Lease: r.now.Add(time.Minute), Expires: r.now.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	d.State = event.Done
	if err := r.store.Commit(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	r.now = r.now.Add(14 * time.Minute)
	if got := r.sweep(); got.Sent != 0 {
		t.Fatalf("sent %d after 14 minutes, want none yet", got.Sent)
	}
	r.now = r.now.Add(2 * time.Minute)
	got := r.sweep()
	es := r.bus.Published()
	if got.Owed != 1 || got.Sent != 1 || len(es) != 1 || es[0].Only != "send-receipt" {
		t.Fatalf("%+v, published %+v; want one for send-receipt", got, es)
	}
}

func TestAnOverdueDeliveryIsSentAgainWithoutAFlood(t *testing.T) {
	r := newRig(t)
	r.put("evt_1")
	if err := r.store.MarkPublished(t.Context(), "evt_1", []string{"send-receipt"}); err != nil {
		t.Fatal(err)
	}
	if err := r.store.Ensure(t.Context(), "evt_1", "send-receipt", r.now, r.now.AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	sent := 0
	for range 61 {
		sent += r.sweep().Sent
		r.now = r.now.Add(time.Minute)
	}
	if sent < 4 || sent > 5 {
		t.Fatalf("sent %d times in an hour, want every 15 minutes", sent)
	}
	if got := r.sweep(); got.Overdue != 1 {
		t.Fatalf("%d overdue, want 1", got.Overdue)
	}
}

func TestAReplayOfAnOldEventThatDispatchGaveUpIsPublishedByTheSweep(t *testing.T) {
	for _, only := range []string{"", "send-receipt"} {
		r := newRig(t)
		r.put("evt_1")
		if err := r.store.MarkPublished(t.Context(), "evt_1", []string{"send-receipt"}); err != nil {
			t.Fatal(err)
		}
		r.now = r.now.AddDate(0, 0, 10) // the walk is long past it
		r.sweep()
		for action, again := range map[string]bool{"send-receipt": true, "update-order": only == ""} {
			if !again {
				continue
			}
			if err := r.store.Ensure(t.Context(), "evt_1", action, r.now, r.now.AddDate(1, 0, 0)); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.store.Republish(t.Context(), "evt_1", only); err != nil {
			t.Fatal(err)
		}
		r.sweep()
		s, err := r.store.Get(t.Context(), "evt_1")
		es := r.bus.Published()
		if err != nil || s.Pending || len(es) == 0 || es[len(es)-1].Only != only && only != "" {
			t.Errorf("only %q: pending %t, published %+v, %v; want it on the bus and no longer pending", only, s.Pending, es, err)
		}
	}
}

func TestADeliveryWhoseEventIsGoneIsParked(t *testing.T) {
	r := newRig(t)
	if err := r.store.Ensure(t.Context(), "evt_gone", "send-receipt", r.now, r.now.AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	r.sweep()
	d, err := r.store.Delivery(t.Context(), "evt_gone", "send-receipt")
	if err != nil || d.State != event.Parked {
		t.Fatalf("%+v %v, want parked", d, err)
	}
}

func TestTheCursorStaysBeforeWhatFailed(t *testing.T) {
	r := newRig(t)
	r.put("evt_1")
	r.now = r.now.Add(time.Hour)
	r.bus.Fault = func(memory.Op) memory.Fault { return memory.Refuse(memory.ErrUnavailable) }
	if _, err := r.Sweep(t.Context()); err == nil {
		t.Fatal("the bus is down and the sweep says nothing")
	}
	r.bus.Fault = nil
	r.now = r.now.Add(96 * time.Hour)
	if got := r.sweep(); got.Published != 1 {
		t.Fatalf("published %d, want the event that failed before", got.Published)
	}
}
