package memory

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
)

// Quarantine returns the store's quarantine.
func (s *Store) Quarantine() event.Quarantine { return quarantine{s} }

// quarantine implements event.Quarantine.
type quarantine struct{ store *Store }

func (q quarantine) Put(ctx context.Context, e event.Quarantined) error {
	if err := errors.Join(checkKey("endpoint", e.Endpoint), checkKey("id", e.ID)); err != nil {
		return fmt.Errorf("quarantine: %w", err)
	}
	if tooLarge(e.Body) {
		return fmt.Errorf("quarantine %s: %w", e.ID, event.ErrTooLarge)
	}
	e.Body, e.Received, e.Expires = slices.Clone(e.Body), millis(e.Received), seconds(e.Expires)
	return q.store.do(ctx, Op{"Quarantine.Put", e.ID}, func() error {
		k := pair{e.Endpoint, e.ID}
		if _, ok := q.store.quarantined[k]; !ok {
			q.store.quarantined[k] = e
		}
		return nil
	})
}

func (q quarantine) Get(ctx context.Context, endpoint, id string) (e event.Quarantined, err error) {
	err = q.store.do(ctx, Op{"Quarantine.Get", id}, func() error {
		found, ok := q.store.quarantined[pair{endpoint, id}]
		if !ok {
			return event.ErrNotFound
		}
		e = found
		e.Body = slices.Clone(found.Body)
		return nil
	})
	return e, err
}

func (q quarantine) List(ctx context.Context) iter.Seq2[event.Quarantined, error] {
	return list(ctx, q.store, Op{"Quarantine.List", ""}, func() (found []event.Quarantined) {
		for _, k := range sorted(q.store.quarantined, pair.compare) {
			e := q.store.quarantined[k]
			e.Body = nil
			found = append(found, e)
		}
		return found
	})
}

func (q quarantine) Discard(ctx context.Context, endpoint, id string) error {
	return q.store.do(ctx, Op{"Quarantine.Discard", id}, func() error {
		delete(q.store.quarantined, pair{endpoint, id})
		return nil
	})
}
