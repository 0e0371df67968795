package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
)

// damaged is a store in which somebody wrote a wrong attribute into one event.
type damaged struct {
	*memory.Store
	id string
}

func (s damaged) err() error { return fmt.Errorf("event %s: no string: %w", s.id, event.ErrInvalid) }

func (s damaged) Get(ctx context.Context, id string) (event.Stored, error) {
	if id == s.id {
		return event.Stored{}, s.err()
	}
	return s.Store.Get(ctx, id)
}

func (s damaged) ReceivedBetween(ctx context.Context, from, to time.Time, yield func(event.Stored) bool) error {
	var odd error
	err := s.Store.ReceivedBetween(ctx, from, to, func(st event.Stored) bool {
		if st.ID == s.id {
			odd = s.err()
			return true
		}
		return yield(st)
	})
	return errors.Join(err, odd)
}

func TestAnEventThatNobodyCanReadHoldsUpNoneThatComeAfterIt(t *testing.T) {
	r := newRig(t)
	r.Store = damaged{r.store, "evt_bad"}
	r.put("evt_bad")
	r.now = r.now.Add(2 * time.Hour)
	if _, err := r.Sweep(t.Context()); !errors.Is(err, event.ErrInvalid) {
		t.Fatalf("%v, want the event named once", err)
	}
	r.put("evt_good")
	r.now = r.now.Add(2 * time.Hour)
	if got := r.sweep(); got.Published != 1 {
		t.Fatalf("published %d, want the event that came after", got.Published)
	}
}

func TestADeliveryWhoseEventNobodyCanReadIsParked(t *testing.T) {
	r := newRig(t)
	r.Store = damaged{r.store, "evt_bad"}
	if err := r.store.Ensure(t.Context(), "evt_bad", "send-receipt", r.now, r.now.AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	r.sweep()
	d, err := r.store.Delivery(t.Context(), "evt_bad", "send-receipt")
	if err != nil || d.State != event.Parked {
		t.Fatalf("%+v %v, want parked", d, err)
	}
}

func TestAnEventThatIsStoredAndCannotBeReadDoesNotHoldUpTheFetch(t *testing.T) {
	s := newShop(t)
	s.run()
	bad := s.happen("charge.succeeded", start.Add(15*time.Minute))
	s.pass(20 * time.Minute)
	s.run()
	good := s.happen("charge.succeeded", start.Add(21*time.Minute))
	s.pass(20 * time.Minute)
	f := s.function()
	f.Missed.Intake.Store = damaged{s.store, bad}
	if _, err := f.Missed.Sweep(t.Context()); err != nil || !s.has(good) {
		t.Fatalf("%v, fetched %t", err, s.has(good))
	}
}

func TestAReplayForOneActionHidesNoOtherThatIsOwed(t *testing.T) {
	r := newRig(t)
	r.put("evt_1")
	if err := r.store.MarkPublished(t.Context(), "evt_1", []string{"send-receipt", "update-order"}); err != nil {
		t.Fatal(err)
	}
	if err := r.store.Republish(t.Context(), "evt_1", "send-receipt"); err != nil { // and the stream gives it up
		t.Fatal(err)
	}
	r.now = r.now.Add(16 * time.Minute)
	r.sweep()
	for _, action := range []string{"send-receipt", "update-order"} {
		if _, err := r.store.Delivery(t.Context(), "evt_1", action); err != nil {
			t.Errorf("%s is owed the event: %v", action, err)
		}
	}
}
