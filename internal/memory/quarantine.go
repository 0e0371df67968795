package memory

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

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
			q.store.index.quarantined = nil
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

func (q quarantine) List(ctx context.Context, l event.QuarantineList) (page event.Page[event.Quarantined], err error) {
	err = q.store.do(ctx, Op{"Quarantine.List", ""}, func() error {
		if q.store.index.quarantined == nil {
			q.store.index.quarantined = q.store.byQuarantine()
		}
		page = event.Page[event.Quarantined]{}
		var found []entry[pair]
		found, page.Next = cut(q.store.index.quarantined, time.Time{}, endOfTime, l.After, l.Newest, l.Limit)
		for _, f := range found {
			if !q.store.stale(f.key.b) {
				e := q.store.quarantined[f.key]
				e.Body = nil
				page.Items = append(page.Items, e)
			}
		}
		return nil
	})
	return page, err
}

// endOfTime is later than any time that a store keeps.
var endOfTime = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)

func (s *Store) byQuarantine() []entry[pair] {
	all := []entry[pair]{}
	for k, e := range s.quarantined {
		all = append(all, entry[pair]{e.Position(), k})
	}
	slices.SortFunc(all, func(a, b entry[pair]) int { return a.compare(b.Position) })
	return all
}

func (q quarantine) All(ctx context.Context) iter.Seq2[event.Quarantined, error] {
	return list(ctx, q.store, Op{"Quarantine.All", ""}, func() (found []event.Quarantined) {
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
		q.store.index.quarantined = nil
		delete(q.store.quarantined, pair{endpoint, id})
		return nil
	})
}
