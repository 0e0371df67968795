package memory

import (
	"context"
	"fmt"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
)

// Hold implements event.Quarantine.
func (s *Store) Hold(ctx context.Context, q event.Quarantined) error {
	if err := checkKey("quarantine endpoint", q.Endpoint); err != nil {
		return err
	}
	if err := checkKey("quarantine id", q.ID); err != nil {
		return err
	}
	if tooLarge(q.Body) {
		return fmt.Errorf("hold %s: %w", q.ID, event.ErrTooLarge)
	}
	q.Body, q.Received, q.Expires = slices.Clone(q.Body), millis(q.Received), seconds(q.Expires)
	return s.do(ctx, Op{"Hold", q.ID}, func() error {
		k := pair{q.Endpoint, q.ID}
		if _, ok := s.quarantined[k]; !ok {
			s.quarantined[k] = q
		}
		return nil
	})
}

// Held implements event.Quarantine.
func (s *Store) Held(ctx context.Context, endpoint, id string) (q event.Quarantined, err error) {
	err = s.do(ctx, Op{"Held", id}, func() error {
		held, ok := s.quarantined[pair{endpoint, id}]
		if !ok {
			return event.ErrNotFound
		}
		q = held
		q.Body = slices.Clone(held.Body)
		return nil
	})
	return q, err
}

// List implements event.Quarantine.
func (s *Store) List(ctx context.Context, yield func(event.Quarantined) bool) error {
	var found []event.Quarantined
	err := s.do(ctx, Op{"List", "quarantine"}, func() error {
		found = nil
		for _, k := range sorted(s.quarantined, pair.less) {
			q := s.quarantined[k]
			q.Body = nil
			found = append(found, q)
		}
		return nil
	})
	if err != nil {
		return err
	}
	each(found, yield)
	return nil
}

// Discard implements event.Quarantine.
func (s *Store) Discard(ctx context.Context, endpoint, id string) error {
	return s.do(ctx, Op{"Discard", id}, func() error {
		delete(s.quarantined, pair{endpoint, id})
		return nil
	})
}
