package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
)

// damaged is a store in which an attribute of one event has the wrong type.
type damaged struct {
	*memory.Store
	id string
}

func (s damaged) err() error { return fmt.Errorf("event %s: not a string: %w", s.id, event.ErrInvalid) }

func (s damaged) Get(ctx context.Context, id string) (event.Stored, error) {
	if id == s.id {
		return event.Stored{}, s.err()
	}
	return s.Store.Get(ctx, id)
}

func (s damaged) Received(ctx context.Context, q event.Receipts) (event.Page[event.Stored], error) {
	page, err := s.Store.Received(ctx, q)
	page.Items = slices.DeleteFunc(page.Items, func(st event.Stored) bool {
		if st.ID == s.id {
			err = s.err()
		}
		return st.ID == s.id
	})
	return page, err
}

func TestUnreadableEventStopsNoneBehindIt(t *testing.T) {
	r := newRig(t)
	r.use(damaged{r.store, "evt_bad"})
	r.put("evt_bad")
	r.now = r.now.Add(2 * time.Hour)
	if _, err := r.try(); !errors.Is(err, event.ErrInvalid) {
		t.Fatalf("%v, expected the event to be named once", err)
	}
	r.put("evt_good")
	r.now = r.now.Add(2 * time.Hour)
	if got := r.sweep(); got.Published != 1 {
		t.Fatalf("published %d, expected the event behind it", got.Published)
	}
}

func TestDeliveryOfAnUnreadableEventParks(t *testing.T) {
	r := newRig(t)
	r.use(damaged{r.store, "evt_bad"})
	r.ensure("evt_bad", "send-receipt")
	r.sweep()
	if d := r.delivery("evt_bad", "send-receipt"); d.State != event.Parked {
		t.Fatalf("%+v, expected parked", d)
	}
}

func TestUnreadableStoredEventDoesNotStopTheListing(t *testing.T) {
	s := newShop(t)
	s.run()
	bad := s.happen("charge.succeeded", start.Add(15*time.Minute))
	s.pass(20 * time.Minute)
	s.run()
	good := s.happen("charge.succeeded", start.Add(21*time.Minute))
	s.pass(20 * time.Minute)
	f := s.function()
	f.Missing.Intake.Store = damaged{s.store, bad}
	if _, err := s.alone(f.Missing); err != nil || !s.has(good) {
		t.Fatalf("%v, stored %t", err, s.has(good))
	}
}
