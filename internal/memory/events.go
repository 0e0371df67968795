package memory

import (
	"compress/flate"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// record is an event with the nonce of the call that stored it.
type record struct {
	event.Stored
	nonce string
}

// Put implements event.Store.
func (s *Store) Put(ctx context.Context, e event.Event, expires time.Time) (res event.PutResult, err error) {
	if err := checkKey("event id", e.ID); err != nil {
		return 0, err
	}
	if tooLarge(e.Body) {
		return 0, fmt.Errorf("put %s: %w", e.ID, event.ErrTooLarge)
	}
	e.Facts, e.Body = normal(e.Facts), slices.Clone(e.Body)
	nonce := s.nonce()
	err = s.do(ctx, Op{"Put", e.ID}, func() error {
		switch old, ok := s.events[e.ID]; {
		case !ok:
			r := &record{event.Stored{Event: e, Pending: true, Expires: seconds(expires)}, nonce}
			s.events[e.ID] = r
			s.changed(r)
			res = event.PutStored
		case old.nonce == nonce:
			res = event.PutStored
		case old.SameOccurrence(e.Facts):
			res = event.PutDuplicate
		default:
			res = event.PutConflict
		}
		return nil
	})
	return res, err
}

// Get implements event.Store.
func (s *Store) Get(ctx context.Context, id string) (st event.Stored, err error) {
	err = s.do(ctx, Op{"Get", id}, func() error {
		r, ok := s.events[id]
		if !ok {
			return event.ErrNotFound
		}
		st = clone(r.Stored)
		return nil
	})
	return st, err
}

// MarkPublished implements event.Store.
func (s *Store) MarkPublished(ctx context.Context, id string, wanted []string) error {
	return s.do(ctx, Op{"Published", id}, func() error {
		r, ok := s.events[id]
		if !ok {
			return event.ErrNotFound
		}
		r.Subscribers = slices.Compact(slices.Sorted(slices.Values(slices.Concat(r.Subscribers, wanted))))
		// A replay for another action came in between: it is still to publish.
		if r.Only != "" && len(wanted) > 0 && !slices.Contains(wanted, r.Only) {
			s.changed(r)
			return nil
		}
		r.Pending, r.Only = false, ""
		return nil
	})
}

// Republish implements event.Store. An event that is pending for others
// already becomes pending for all, so that no request is forgotten.
func (s *Store) Republish(ctx context.Context, id, only string) error {
	return s.do(ctx, Op{"Republish", id}, func() error {
		r, ok := s.events[id]
		if !ok {
			return event.ErrNotFound
		}
		if r.Pending && r.Only != only {
			only = ""
		}
		r.Pending, r.Only = true, only
		s.changed(r)
		return nil
	})
}

// Related implements event.Store.
func (s *Store) Related(ctx context.Context, subject string) (fs []event.Facts, err error) {
	if subject == "" {
		return nil, nil
	}
	err = s.do(ctx, Op{"Related", subject}, func() error {
		fs = nil
		for _, id := range sorted(s.events, compare) {
			if r := s.events[id]; r.Subject == subject && !s.stale(id) {
				fs = append(fs, clone(r.Stored).Facts)
			}
		}
		slices.SortStableFunc(fs, func(a, b event.Facts) int { return a.Created.Compare(b.Created) })
		return nil
	})
	return fs, err
}

// ReceivedBetween implements event.Store.
func (s *Store) ReceivedBetween(ctx context.Context, from, to time.Time, yield func(event.Stored) bool) error {
	var found []event.Stored
	err := s.do(ctx, Op{"Received", from.UTC().Format(time.RFC3339)}, func() error {
		found = nil
		for _, id := range sorted(s.events, compare) {
			r := s.events[id]
			if !r.Received.Before(from) && r.Received.Before(to) && !s.stale(id) {
				st := clone(r.Stored)
				st.Body, st.Expires = nil, time.Time{}
				found = append(found, st)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	each(found, yield)
	return nil
}

// each calls yield until it returns false.
func each[T any](ts []T, yield func(T) bool) {
	for _, t := range ts {
		if !yield(t) {
			return
		}
	}
}

// sorted returns the keys of m in order.
func sorted[K comparable, V any](m map[K]V, cmp func(a, b K) int) []K {
	ks := make([]K, 0, len(m))
	for k := range m {
		ks = append(ks, k)
	}
	slices.SortFunc(ks, cmp)
	return ks
}

// normal is f as the store keeps it: times in its precision, and no index key
// that an index would refuse.
func normal(f event.Facts) event.Facts {
	f.Created, f.Received = seconds(f.Created), millis(f.Received)
	if len(f.Subject) >= keyLimit {
		f.Subject = ""
	}
	if len(f.Customer) >= keyLimit {
		f.Customer = ""
	}
	if f.Amount != nil {
		n := *f.Amount
		f.Amount = &n
	}
	return f
}

func clone(st event.Stored) event.Stored {
	st.Facts = normal(st.Facts)
	st.Body, st.Subscribers = slices.Clone(st.Body), slices.Clone(st.Subscribers)
	return st
}

func checkKey(what, key string) error {
	if key == "" || len(key) >= keyLimit {
		return fmt.Errorf("%s of %d bytes, want 1 to %d: %w", what, len(key), keyLimit-1, event.ErrInvalid)
	}
	return nil
}

// tooLarge reports whether body does not fit into an item when compressed.
func tooLarge(body []byte) bool {
	if len(body) < itemLimit-4096 {
		return false
	}
	var n counter
	w, err := flate.NewWriter(&n, flate.BestSpeed)
	if err != nil {
		return true
	}
	if _, err := w.Write(body); err != nil {
		return true
	}
	return w.Close() != nil || n > itemLimit-4096
}

type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
