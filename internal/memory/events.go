package memory

import (
	"cmp"
	"compress/flate"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// record is an event with the nonce of the call that stored it.
type record struct {
	event.Stored
	nonce string
}

// Put implements event.Store.
func (s *Store) Put(ctx context.Context, e event.Event, expires time.Time) (res event.Result, err error) {
	return s.put(ctx, event.Stored{Event: e, Pending: true, ByFetch: e.Thin(), ToFetch: e.Thin(), Expires: seconds(expires)})
}

// Import implements event.Store.
func (s *Store) Import(ctx context.Context, e event.Event, subscribers []string, expires time.Time) (res event.Result, err error) {
	return s.put(ctx, event.Stored{Event: e, Subscribers: slices.Clone(subscribers), Expires: seconds(expires)})
}

// put stores the event unless its id is taken.
func (s *Store) put(ctx context.Context, st event.Stored) (res event.Result, err error) {
	e := &st.Event
	if err := checkName("event id", e.ID); err != nil {
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
			r := &record{st, nonce}
			s.events[e.ID] = r
			s.indexed(r)
			s.changed(r)
			res = event.ResultStored
		case old.nonce == nonce:
			res = event.ResultStored
		case !old.Erased.IsZero():
			res = event.ResultDuplicate
		case !old.SameOccurrence(e.Facts):
			res = event.ResultConflict
		case e.Thin():
			res = event.ResultDuplicate
		case old.Unfetched():
			res = event.ResultUnfetched
		case old.APIVersion != e.APIVersion:
			res = event.ResultRendering
		default:
			res = event.ResultDuplicate
		}
		return nil
	})
	return res, err
}

// PutRendering implements event.Store.
func (s *Store) PutRendering(ctx context.Context, e event.Event, release string, expires time.Time) error {
	id := event.RenderingID(e.ID, release)
	if tooLarge(e.Body) {
		return fmt.Errorf("put %s: %w", id, event.ErrTooLarge)
	}
	e.ID = id
	e.Facts, e.Body = normal(e.Facts), slices.Clone(e.Body)
	return s.do(ctx, Op{"PutRendering", id}, func() error {
		if _, taken := s.renderings[id]; !taken {
			s.renderings[id] = event.Stored{Event: e, Expires: seconds(expires)}
		}
		return nil
	})
}

// Get implements event.Store.
func (s *Store) Get(ctx context.Context, id string) (st event.Stored, err error) {
	err = s.do(ctx, Op{"Get", id}, func() (err error) {
		st, err = s.stored(id)
		return err
	})
	return st, err
}

// GetAll implements event.Store.
func (s *Store) GetAll(ctx context.Context, ids []string) []event.Loaded {
	all := make([]event.Loaded, len(ids))
	if len(ids) == 0 {
		return all
	}
	err := s.do(ctx, Op{"GetAll", strings.Join(ids, ", ")}, func() error {
		for i, id := range ids {
			all[i].Stored, all[i].Err = s.stored(id)
		}
		return nil
	})
	for i := range all {
		if err != nil {
			all[i] = event.Loaded{Err: err}
		}
	}
	return all
}

// stored returns the event. The caller holds the lock.
func (s *Store) stored(id string) (event.Stored, error) {
	st, ok := s.renderings[id]
	if r, found := s.events[id]; !ok && found {
		st, ok = r.Stored, true
	}
	if !ok {
		return event.Stored{}, fmt.Errorf("get %s: %w", id, event.ErrNotFound)
	}
	if !st.Erased.IsZero() {
		return clone(st), fmt.Errorf("get %s: %w", id, event.ErrErased)
	}
	return clone(st), nil
}

// MarkPublished implements event.Store.
func (s *Store) MarkPublished(ctx context.Context, id string, subscribers []string) error {
	return s.do(ctx, Op{"MarkPublished", id}, func() error {
		r, ok := s.events[id]
		if !ok {
			return event.ErrNotFound
		}
		r.Subscribers = slices.Compact(slices.Sorted(slices.Values(slices.Concat(r.Subscribers, subscribers))))
		r.Pending, r.OnBus, r.ByFetch, r.ToFetch = false, false, false, false
		return nil
	})
}

// MarkOnBus implements event.Store.
func (s *Store) MarkOnBus(ctx context.Context, id string) error {
	return s.do(ctx, Op{"MarkOnBus", id}, func() error {
		if r, ok := s.events[id]; ok && r.Pending {
			r.OnBus = true
		}
		return nil
	})
}

// Events implements event.Store.
func (s *Store) Events(ctx context.Context, ids []string) (found map[string]event.Stored, err error) {
	err = s.do(ctx, Op{"Events", ""}, func() error {
		found = map[string]event.Stored{}
		for _, id := range ids {
			if r, ok := s.events[id]; ok {
				st := r.Stored
				st.Body, st.Fetched = nil, nil
				found[id] = clone(st)
			}
		}
		return nil
	})
	return found, err
}

// Related implements event.Store.
func (s *Store) Related(ctx context.Context, scope event.Scope, subject string) (fs []event.Facts, err error) {
	if subject == "" || len(scope.Key("subject", subject)) >= keyLimit {
		return nil, nil
	}
	err = s.do(ctx, Op{"Related", subject}, func() error {
		fs = nil
		for _, id := range sorted(s.events, cmp.Compare[string]) {
			if r := s.events[id]; r.Scope == scope && r.Subject == subject && r.Occurrence == "" && !s.stale(id) {
				fs = append(fs, listed(r.Facts))
			}
		}
		slices.SortStableFunc(fs, func(a, b event.Facts) int { return a.Created.Compare(b.Created) })
		return nil
	})
	return fs, err
}

// normal is f as the store keeps it.
func normal(f event.Facts) event.Facts {
	f.Created, f.Received = seconds(f.Created), millis(f.Received)
	if f.Amount != nil {
		n := *f.Amount
		f.Amount = &n
	}
	return f
}

// listed is f as indexes hold it.
func listed(f event.Facts) event.Facts {
	f = normal(f)
	f.SentAs = ""
	return f
}

func clone(st event.Stored) event.Stored {
	st.Facts = normal(st.Facts)
	st.Body, st.Fetched, st.Subscribers = slices.Clone(st.Body), slices.Clone(st.Fetched), slices.Clone(st.Subscribers)
	return st
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
