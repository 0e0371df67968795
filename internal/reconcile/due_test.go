package reconcile_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/reconcile"
)

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// rig is reconcile's sweeps of the ledger over the ports in memory.
type rig struct {
	reconcile.Sweeps
	store  *memory.Store
	bus    *memory.Bus
	queues queues
	now    time.Time
	t      *testing.T
}

// queues is what waits for each action.
type queues map[string]event.Backlog

func (q queues) Backlog(_ context.Context, action string) (event.Backlog, error) {
	return q[action], nil
}

func newRig(t *testing.T) *rig {
	r := &rig{store: memory.New(), now: start, t: t, queues: queues{}}
	r.bus = &memory.Bus{Selects: map[string][]string{"send-receipt": nil, "update-order": nil}}
	r.use(r.store)
	return r
}

// use makes the sweeps read events from s.
func (r *rig) use(s event.Store) {
	r.Sweeps = reconcile.Sweeps{
		Ledger:     r.store,
		Due:        &reconcile.Due{Store: s, Ledger: r.store, Bus: r.bus, Queues: r.queues},
		Pending:    &reconcile.Pending{Store: s, Ledger: r.store, Bus: r.bus},
		Unrecorded: &reconcile.Unrecorded{Store: s, Ledger: r.store},
		Now:        func() time.Time { return r.now }, Log: slog.New(slog.NewTextHandler(r.t.Output(), nil)),
	}
}

func (r *rig) put(id string) {
	r.t.Helper()
	e := event.Event{Body: []byte("{}"), Facts: event.Facts{ID: id, Type: "charge.succeeded", Created: r.now, Received: r.now}}
	if _, err := r.store.Put(r.t.Context(), e, r.now.AddDate(1, 0, 0)); err != nil {
		r.t.Fatal(err)
	}
}

// published is an event that dispatch has put on the bus.
func (r *rig) published(id string, subscribers ...string) {
	r.t.Helper()
	r.put(id)
	if err := r.store.MarkPublished(r.t.Context(), id, subscribers); err != nil {
		r.t.Fatal(err)
	}
}

func ref(id, action string) event.DeliveryRef { return event.DeliveryRef{Action: action, Event: id} }

func (r *rig) ensure(id, action string) {
	r.t.Helper()
	if err := r.store.Ensure(r.t.Context(), event.Ensured{DeliveryRef: ref(id, action), Now: r.now, Expires: r.now.AddDate(1, 0, 0)}); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) delivery(id, action string) event.Delivery {
	r.t.Helper()
	d, err := r.store.Delivery(r.t.Context(), ref(id, action))
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

// try sweeps as a run of the function does.
func (r *rig) try() (reconcile.Reply, error) { return r.Run(r.t.Context(), reconcile.Request{}) }

func (r *rig) sweep() reconcile.Reply {
	r.t.Helper()
	got, err := r.try()
	if err != nil {
		r.t.Fatal(err)
	}
	return got
}

func TestEverythingUnpublishedForADayIsPublished(t *testing.T) {
	r := newRig(t)
	for i := range 50 {
		r.put(fmt.Sprintf("evt_%d", i))
		r.now = r.now.Add(30 * time.Minute)
	}
	r.now = r.now.Add(15 * time.Minute)
	if got := r.sweep(); got.Published != 50 {
		t.Fatalf("published %d, expected 50", got.Published)
	}
	for i := range 50 {
		s, err := r.store.Get(t.Context(), fmt.Sprintf("evt_%d", i))
		if err != nil || s.Pending || len(s.Subscribers) != 2 {
			t.Fatalf("evt_%d: pending %t, subscribers %v, %v", i, s.Pending, s.Subscribers, err)
		}
	}
	if got := r.sweep(); got.Published != 0 {
		t.Fatalf("published %d again", got.Published)
	}
}

func TestUnrecordedSubscribersAloneAreSentTheEvent(t *testing.T) {
	r := newRig(t)
	r.published("evt_1", "send-receipt", "update-order")
	done := event.Delivery{Event: "evt_1", Action: "update-order", State: event.Done, Owner: "a", Updated: r.now, Expires: r.now.AddDate(1, 0, 0)}
	if err := r.store.Commit(t.Context(), event.Commit{Delivery: done}); err != nil {
		t.Fatal(err)
	}
	r.now = r.now.Add(14 * time.Minute)
	if got := r.sweep(); got.Sent != 0 {
		t.Fatalf("sent %d after 14 minutes, expected none yet", got.Sent)
	}
	r.now = r.now.Add(2 * time.Minute)
	got := r.sweep()
	es := r.bus.Published()
	if got.Unrecorded != 1 || got.Sent != 1 || len(es) != 1 || es[0].Only != "send-receipt" {
		t.Fatalf("%+v, published %+v; expected one for send-receipt", got, es)
	}
}

func TestOverdueDeliveryIsRedeliveredEveryQuarterHour(t *testing.T) {
	r := newRig(t)
	r.published("evt_1", "send-receipt")
	r.ensure("evt_1", "send-receipt")
	sent := 0
	for range 61 {
		sent += r.sweep().Sent
		r.now = r.now.Add(time.Minute)
	}
	if sent < 4 || sent > 5 {
		t.Fatalf("sent %d times in an hour, expected every 15 minutes", sent)
	}
	if got := r.sweep(); got.Overdue != 1 {
		t.Fatalf("%d overdue, expected 1", got.Overdue)
	}
}

func TestWaitThatTheQueueCarriesIsNotDoubled(t *testing.T) {
	r := newRig(t)
	r.published("evt_1", "send-receipt")
	next := r.now.Add(40 * time.Second)
	d := event.Delivery{Event: "evt_1", Action: "send-receipt", State: event.Waiting, Owner: "a", Attempts: 1, First: r.now, Updated: r.now, Next: next, Sent: next, Expires: r.now.AddDate(1, 0, 0)}
	if err := r.store.Commit(t.Context(), event.Commit{Delivery: d}); err != nil {
		t.Fatal(err)
	}
	r.now = next.Add(time.Minute)
	if got := r.sweep(); got.Sent != 0 {
		t.Fatal("a second copy was sent while the queue carries the first")
	}
	r.now = next.Add(16 * time.Minute)
	if got := r.sweep(); got.Sent != 1 {
		t.Fatalf("sent %d, expected one: the queue lost the first", got.Sent)
	}
}

func TestCursorStaysBeforeWhatFailed(t *testing.T) {
	r := newRig(t)
	r.put("evt_1")
	r.now = r.now.Add(time.Hour)
	r.bus.Fault = func(memory.Op) memory.Fault { return memory.Refuse(memory.ErrUnavailable) }
	if _, err := r.try(); err == nil {
		t.Fatal("the bus is down and the sweep reports nothing")
	}
	r.bus.Fault = nil
	r.now = r.now.Add(96 * time.Hour)
	if got := r.sweep(); got.Published != 1 {
		t.Fatalf("published %d, expected the event that failed before", got.Published)
	}
}

func TestEventPublishedLateHasItsSubscribersRecorded(t *testing.T) {
	r := newRig(t)
	r.put("evt_1")
	r.put("evt_2")
	if err := r.store.MarkPublished(t.Context(), "evt_2", []string{"update-order"}); err != nil {
		t.Fatal(err)
	}
	r.bus.Fault = func(op memory.Op) memory.Fault { return memory.Refuse(memory.ErrUnavailable) }
	r.now = r.now.Add(2 * time.Hour)
	_, _ = r.try() // evt_1 is pending, so its subscribers are not known
	if d := r.delivery("evt_2", "update-order"); !d.Ensured {
		t.Fatalf("%+v: a pending event stopped the others", d)
	}
	r.bus.Fault = nil
	if err := r.store.MarkPublished(t.Context(), "evt_1", []string{"send-receipt"}); err != nil { // and the bus loses it
		t.Fatal(err)
	}
	r.now = r.now.Add(time.Minute)
	r.sweep()
	r.delivery("evt_1", "send-receipt")
}
