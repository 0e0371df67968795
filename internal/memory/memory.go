// Package memory has the ports of package event in memory: they keep every
// promise of the ports except durability, and make the faults that a test
// orders. Nothing in it starts a goroutine, reads a clock or draws a random
// number, and every listing has a fixed order: one seed gives one run.
package memory

import (
	"context"
	"iter"
	"strconv"
	"sync"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// The limits of DynamoDB, which this package has as well.
const (
	itemLimit = 400 << 10
	keyLimit  = 1024
	idLimit   = 2048
	maxWrites = 99 // a transaction has 100 items, one is the delivery
)

// Store is event.Store and event.Ledger in memory. Its fields must not change
// while a call is under way.
type Store struct {
	// Fault is asked about every I/O. An I/O has the name of the port's method;
	// one of the quarantine has Quarantine and a dot in front of it.
	Fault Hook
	// Attempts is how often a call that ends in ErrUnavailable is made, as an
	// SDK retries below its caller. 0 is once.
	Attempts int
	// Stale hides an event id from the indexes (Related, Received, Unfinished,
	// Quarantine.List), which a real store updates a moment later. nil hides none.
	Stale func(id string) bool

	mu          sync.Mutex
	calls       int64
	events      map[string]*record
	renderings  map[string]event.Stored // by their own ids
	feed        []Change
	sequence    int64
	quarantined map[pair]event.Quarantined
	deliveries  map[event.DeliveryRef]*delivery
	rows        map[pair]row // table, key
	effects     map[event.EffectRef]*effect
	index       indexes
}

var (
	_ event.Store  = (*Store)(nil)
	_ event.Ledger = (*Store)(nil)
)

// New returns an empty store.
func New() *Store {
	return &Store{
		events:      map[string]*record{},
		renderings:  map[string]event.Stored{},
		quarantined: map[pair]event.Quarantined{},
		deliveries:  map[event.DeliveryRef]*delivery{},
		rows:        map[pair]row{},
		effects:     map[event.EffectRef]*effect{},
	}
}

// do is one I/O of the store; effect runs under its lock.
func (s *Store) do(ctx context.Context, op Op, effect func() error) error {
	return s.Fault.do(ctx, op, s.Attempts, func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		return effect()
	})
}

// list is one I/O that finds everything at once and yields it with no lock held.
func list[T any](ctx context.Context, s *Store, op Op, find func() []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var found []T
		err := s.do(ctx, op, func() error {
			found = find()
			return nil
		})
		if err != nil {
			var none T
			yield(none, err)
			return
		}
		for _, t := range found {
			if !yield(t, nil) {
				return
			}
		}
	}
}

// nonce is unique to one call, however often the call is attempted.
func (s *Store) nonce() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	return strconv.FormatInt(s.calls, 10)
}

func (s *Store) stale(id string) bool { return s.Stale != nil && s.Stale(id) }

// Expire deletes what a store with a time to live would have deleted by now.
// A store may do so late or never; nothing may depend on it.
func (s *Store) Expire(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.index = indexes{}
	expire(s.events, now, func(r *record) time.Time { return r.Expires })
	expire(s.quarantined, now, func(q event.Quarantined) time.Time { return q.Expires })
	expire(s.deliveries, now, func(d *delivery) time.Time { return d.Expires })
	expire(s.effects, now, func(e *effect) time.Time { return e.Expires })
}

func expire[K comparable, V any](m map[K]V, now time.Time, expires func(V) time.Time) {
	for k, v := range m {
		if at := expires(v); !at.IsZero() && !at.After(now) {
			delete(m, k)
		}
	}
}

// Times are kept as the real store keeps them.
func seconds(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
func millis(t time.Time) time.Time  { return t.UTC().Truncate(time.Millisecond) }
