package memory

import (
	"context"
	"fmt"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
)

// Link implements event.Store.
func (s *Store) Link(ctx context.Context, l event.Link) error {
	if err := checkName("event id", l.Event.ID); err != nil {
		return err
	}
	if tooLarge(l.Event.Fetched) {
		return fmt.Errorf("link %s: %w", l.Event.ID, event.ErrTooLarge)
	}
	return s.do(ctx, Op{"Link", l.Event.ID}, func() error {
		s.index.receipts = nil
		thin, ok := s.events[l.Thin.ID]
		if !ok || !thin.Erased.IsZero() {
			return fmt.Errorf("link %s: %w", l.Thin.ID, event.ErrConflict)
		}
		if l.Event.ID == l.Thin.ID {
			return s.learn(thin, l)
		}
		return s.alias(thin, l)
	})
}

// learn adds to an event what was fetched for it. The caller holds the lock.
func (s *Store) learn(thin *record, l event.Link) error {
	if !thin.FetchedAt.IsZero() {
		return nil
	}
	if err := s.putPayload(l); err != nil {
		return err
	}
	thin.Facts, thin.Fetched, thin.FetchedAt = normal(l.Event.Facts), slices.Clone(l.Event.Fetched), millis(l.At)
	thin.ToFetch, thin.ByFetch = false, thin.ByFetch && !l.Posted
	if thin.Pending {
		s.changed(thin)
	}
	return nil
}

// alias makes the thin event a rendering of the one under the other id. The caller holds
// the lock.
func (s *Store) alias(thin *record, l event.Link) error {
	if thin.Occurrence != "" {
		if thin.Occurrence != l.Event.ID {
			return fmt.Errorf("link %s: %w", l.Thin.ID, event.ErrConflict)
		}
		return nil
	}
	if old, taken := s.events[l.Event.ID]; taken || l.Event.Fetched == nil {
		if taken && !old.Erased.IsZero() {
			thin.Stored = leftOf(thin.Stored, old.Erased)
			return nil
		}
		if !taken || !old.SameOccurrence(l.Event.Facts) {
			return fmt.Errorf("link %s: the id is another occurrence's: %w", l.Thin.ID, event.ErrInvalid)
		}
	} else {
		if err := s.putPayload(l); err != nil {
			return err
		}
		e := event.Event{Facts: normal(l.Event.Facts), Body: slices.Clone(thin.Body), Fetched: slices.Clone(l.Event.Fetched)}
		r := &record{event.Stored{Event: e, Pending: true, ByFetch: true, FetchedAt: millis(l.At), Expires: thin.Expires}, ""}
		s.events[e.ID] = r
		s.changed(r)
	}
	thin.Occurrence, thin.Pending, thin.ByFetch, thin.ToFetch, thin.OnBus = l.Event.ID, false, false, false, false
	return nil
}

func (s *Store) putPayload(l event.Link) error {
	id := event.RenderingID(l.Event.ID, event.Payload)
	if _, taken := s.renderings[id]; taken {
		return fmt.Errorf("link %s: %w", id, event.ErrConflict)
	}
	e := event.Event{Facts: normal(l.Event.Facts), Body: slices.Clone(l.Event.Fetched)}
	e.ID, e.SentAs = id, ""
	s.renderings[id] = event.Stored{Event: e, Expires: l.Thin.Expires}
	return nil
}
