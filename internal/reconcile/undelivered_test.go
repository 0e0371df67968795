package reconcile_test

import (
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// minutes runs the function once a minute and adds up what counts for the alarm.
func (s *shop) minutes(n int, req reconcile.Request) (undelivered, stored int) {
	s.t.Helper()
	for range n {
		r, err := s.function().Run(s.t.Context(), req)
		if err != nil {
			s.t.Fatal(err)
		}
		undelivered, stored = undelivered+r.Undelivered, stored+r.Stored
		s.pass(time.Minute)
	}
	return undelivered, stored
}

// delivered stores an event as Stripe's post of it does.
func (s *shop) delivered(id string) {
	s.t.Helper()
	f := event.Facts{ID: id, Type: "charge.succeeded", Created: s.now, Received: s.now, Endpoint: "default"}
	if _, err := s.store.Put(s.t.Context(), event.Event{Facts: f, Body: []byte(`{"id":"` + id + `"}`)}, s.now.AddDate(1, 0, 0)); err != nil {
		s.t.Fatal(err)
	}
}

func TestEventsCountAsUndeliveredOnceStripeDeliveredOne(t *testing.T) {
	s := newShop(t)
	s.happen("charge.succeeded", s.now.Add(-time.Hour))
	if n, stored := s.minutes(30, reconcile.Request{}); n != 0 || stored != 1 {
		t.Errorf("before there was an endpoint %d of %d are undelivered, expected 0 of 1", n, stored)
	}
	s.delivered("evt_first")
	s.minutes(20, reconcile.Request{}) // the walk over what came begins after a quarter of an hour
	s.happen("charge.succeeded", s.now)
	if n, stored := s.minutes(20, reconcile.Request{}); n != 1 || stored != 1 {
		t.Errorf("%d of %d are undelivered, expected 1 of 1", n, stored)
	}
	s.happen("charge.succeeded", s.now)
	if n, stored := s.minutes(20, reconcile.Request{Now: true}); n != 0 || stored != 1 {
		t.Errorf("a person's run counts %d of %d, expected 0 of 1", n, stored)
	}
}
