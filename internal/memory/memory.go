// Package memory has the ports of package event in memory: they keep every
// promise of the ports except durability, and do the faults that a test
// orders. Nothing in it starts a goroutine, reads a clock or draws a random
// number, and every listing has a fixed order: one seed gives one run.
package memory

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// The limits of the store that this package stands in for.
const (
	itemLimit = 400 << 10
	keyLimit  = 1024
	maxWrites = 99 // a transaction has 100 items, one is the delivery
)

// Store is event.Store, event.Quarantine and event.Ledger in memory. Its
// fields must not change while a call is under way.
type Store struct {
	// Fault is asked about every I/O.
	Fault Hook
	// Attempts is how often a call that ends in ErrUnavailable is made, as an
	// SDK retries below its caller. 0 is once.
	Attempts int
	// Stale hides an event id from the indexes (Related, Received,
	// Unfinished), which a real store updates a moment later. nil hides none.
	Stale func(id string) bool

	mu          sync.Mutex
	calls       int64
	events      map[string]*record
	feed        []Change
	sequence    int64
	quarantined map[pair]event.Quarantined
	deliveries  map[pair]*claimed
	rows        map[pair]row // table, key
	effects     map[pair]*intent
}

// pair is a partition key and a sort key.
type pair struct{ a, b string }

func (p pair) less(o pair) int {
	if p.a != o.a {
		return compare(p.a, o.a)
	}
	return compare(p.b, o.b)
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

var (
	_ event.Store      = (*Store)(nil)
	_ event.Quarantine = (*Store)(nil)
	_ event.Ledger     = (*Store)(nil)
)

// New returns an empty store.
func New() *Store {
	return &Store{
		events:      map[string]*record{},
		quarantined: map[pair]event.Quarantined{},
		deliveries:  map[pair]*claimed{},
		rows:        map[pair]row{},
		effects:     map[pair]*intent{},
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

// nonce is unique to one call, however often the call is attempted.
func (s *Store) nonce() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	return strconv.FormatInt(s.calls, 10)
}

func (s *Store) stale(id string) bool { return s.Stale != nil && s.Stale(id) }

// Expire removes what a store with a time to live would have removed by now.
// A store may do so late or never; nothing may depend on it.
func (s *Store) Expire(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	gone := func(at time.Time) bool { return !at.IsZero() && !at.After(now) }
	for id, r := range s.events {
		if gone(r.Expires) {
			delete(s.events, id)
		}
	}
	for k, q := range s.quarantined {
		if gone(q.Expires) {
			delete(s.quarantined, k)
		}
	}
	for k, d := range s.deliveries {
		if gone(d.Expires) {
			delete(s.deliveries, k)
		}
	}
}

// Times are kept as the real store keeps them.
func seconds(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
func millis(t time.Time) time.Time  { return t.UTC().Truncate(time.Millisecond) }
