package simtest

import (
	"context"
	"errors"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fetch"
	"github.com/payhooks/payhooks/internal/memory"
)

// fetcher is function fetch over Stripe's API with faults.
func (w *world) fetcher() *delivery.Handler {
	st := store{w.store, w}
	f := &fetch.Fetcher{Store: st, Bus: w.bus, Source: w.stripe, Now: w.clock, Publish: func(ctx context.Context, s event.Stored) error {
		return w.dispatch.Fetched(ctx, s) // which is opened later
	}}
	return &delivery.Handler{Run: f.Run, OnDemand: f.OnDemand}
}

// ThinEvent implements event.ThinSource.
func (s *stripe) ThinEvent(ctx context.Context, livemode bool, account, id string) (body []byte, err error) {
	failed := s.asked("ThinEvent", id, func() { body, err = s.api.ThinEvent(ctx, livemode, account, id) })
	return body, errors.Join(failed, err)
}

// Snapshot implements event.ThinSource.
func (s *stripe) Snapshot(ctx context.Context, livemode bool, account, id string) (body []byte, err error) {
	failed := s.asked("Snapshot", id, func() { body, err = s.api.Snapshot(ctx, livemode, account, id) })
	return body, errors.Join(failed, err)
}

// Object implements event.ThinSource.
func (s *stripe) Object(ctx context.Context, livemode bool, account, path, version string) (body []byte, err error) {
	failed := s.asked("Object", path, func() { body, err = s.api.Object(ctx, livemode, account, path, version) })
	return body, errors.Join(failed, err)
}

// asked is one request to Stripe: it may be refused for now, for good, or be lost.
func (s *stripe) asked(what, about string, answer func()) error {
	w := s.world
	switch {
	case w.calm:
	case w.chance(w.odds.throttle):
		w.met("Stripe limits requests", about)
		return event.RetryAfter(event.ErrThrottled, 0)
	case w.chance(w.odds.broken / 20):
		w.met("Stripe refuses the key", about)
		return event.Permanent(event.ErrDenied)
	}
	return w.io(memory.Op{Name: what, Key: about}, func() {
		s.present()
		answer()
	})
}
