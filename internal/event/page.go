package event

import (
	"cmp"
	"context"
	"errors"
	"hash/fnv"
	"iter"
	"time"
)

const (
	// ReceiptShards are the partitions of the index by receipt. A partition takes
	// 1,000 write units a second; a put costs one there and the update that records
	// the subscribers another, a thin event twice that: four take 2,000 events a
	// second, or 1,000 thin ones. infra/SCALE.md has what else gives. More may be
	// added, fewer may not.
	ReceiptShards = 4

	// UnfinishedShards are the partitions of the index of unfinished deliveries for
	// each state. The worst case is an outage of everything: 7 actions with 10
	// functions of 10 messages each that fail in 100 ms are 7,000 failing attempts a
	// second. Each moves its entry (two write units), 14,000 units in all. A partition
	// takes 1,000 and a hash spreads unevenly. More may be added, fewer may not.
	UnfinishedShards = 32

	// pageSize is how many events or deliveries a sequence reads at once.
	pageSize = 1000
)

// Shard is the partition of an event, of so many.
func Shard(id string, of int) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))         // never fails
	return int(h.Sum32() % uint32(of)) //nolint:gosec // of is one of the constants above
}

// Position is where a page ends: the time that orders the listing, and an id.
type Position struct {
	At time.Time `json:"at,omitzero"`
	ID string    `json:"id,omitempty"`
}

// IsZero reports whether p is no position.
func (p Position) IsZero() bool { return p.ID == "" && p.At.IsZero() }

// Compare orders positions as a listing does, the earliest first.
func (p Position) Compare(o Position) int { return cmp.Or(p.At.Compare(o.At), cmp.Compare(p.ID, o.ID)) }

// Page is a part of a listing. The next one continues after Next, which is zero
// behind the last.
type Page[T any] struct {
	Items []T
	Next  Position
}

// Receipts asks for a page of the events of one shard in the order of their receipt.
type Receipts struct {
	Shard    int       // below ReceiptShards
	From, To time.Time // of receipt, [From, To)
	After    Position  // the page begins behind it; zero is the beginning
	Newest   bool      // the newest first
	Limit    int       // how many at most, at least 1
}

// ByCustomer asks for a page of the events of one customer, the last created first.
type ByCustomer struct {
	Scope
	Customer string
	After    Position // by creation; the page begins behind it; zero is the beginning
	Limit    int      // how many at most, at least 1
}

// Unfinished asks for a page of the deliveries of one shard in one state, in the order
// of Next.
type Unfinished struct {
	State  State     // any but Done
	Shard  int       // below UnfinishedShards
	Before time.Time // only what is due before then
	After  Position  // the page begins behind it; zero is the beginning
	Newest bool      // the latest first
	Limit  int       // how many at most, at least 1
}

// QuarantineList asks for a page of the quarantine in the order of receipt.
type QuarantineList struct {
	After  Position // the page begins behind it; zero is the beginning
	Newest bool     // the newest first
	Limit  int      // how many at most, at least 1
}

// Position of the request in the index by receipt. No endpoint's name contains a slash.
func (q Quarantined) Position() Position {
	return Position{At: q.Received, ID: q.Endpoint + "/" + q.ID}
}

// Due is an entry of the index of unfinished deliveries.
type Due struct {
	DeliveryRef
	Next time.Time
}

// Position of the entry in the index.
func (d Due) Position() Position { return Position{At: d.Next, ID: d.Key()} }

// ReceivedBetween returns the events received in [from, to), without bodies, earliest
// first within a shard.
func ReceivedBetween(ctx context.Context, st Store, from, to time.Time) iter.Seq2[Stored, error] {
	return func(yield func(Stored, error) bool) {
		for shard := range ReceiptShards {
			q := Receipts{Shard: shard, From: from, To: to, Limit: pageSize}
			if !paged(yield, func() (page Page[Stored], err error) {
				page, err = st.Received(ctx, q)
				q.After = page.Next
				return page, err
			}) {
				return
			}
		}
	}
}

// QuarantinedRequests returns what List has, without bodies, earliest first. See
// Quarantine.All for what it misses.
func QuarantinedRequests(ctx context.Context, all Quarantine) iter.Seq2[Quarantined, error] {
	return func(yield func(Quarantined, error) bool) {
		q := QuarantineList{Limit: pageSize}
		paged(yield, func() (page Page[Quarantined], err error) {
			page, err = all.List(ctx, q)
			q.After = page.Next
			return page, err
		})
	}
}

// UnfinishedDeliveries returns the deliveries in the state with Next before the time,
// each as its record is now, earliest first within a shard.
func UnfinishedDeliveries(ctx context.Context, l Ledger, s State, before time.Time) iter.Seq2[Delivery, error] {
	return func(yield func(Delivery, error) bool) {
		for shard := range UnfinishedShards {
			q := Unfinished{State: s, Shard: shard, Before: before, Limit: pageSize / 10}
			if !paged(yield, func() (page Page[Delivery], err error) {
				found, err := l.Unfinished(ctx, q)
				q.After, page.Next = found.Next, found.Next
				if err == nil {
					page.Items, err = asTheyAre(ctx, l, s, before, found.Items)
				}
				return page, err
			}) {
				return
			}
		}
	}
}

// asTheyAre returns the records of these entries that are still as the index has them.
func asTheyAre(ctx context.Context, l Ledger, s State, before time.Time, due []Due) (found []Delivery, err error) {
	refs := make([]DeliveryRef, len(due))
	for i, d := range due {
		refs[i] = d.DeliveryRef
	}
	all, err := l.Deliveries(ctx, refs)
	for _, d := range all {
		if d.State == s && d.Next.Before(before) {
			found = append(found, d)
		}
	}
	return found, err
}

// paged yields the items of all pages, and the errors of those that cannot be read. It
// reports whether to go on with another listing.
func paged[T any](yield func(T, error) bool, next func() (Page[T], error)) bool {
	var none T
	for {
		page, err := next()
		if err != nil && (!yield(none, err) || !errors.Is(err, ErrInvalid)) {
			return false
		}
		for _, item := range page.Items {
			if !yield(item, nil) {
				return false
			}
		}
		if page.Next.IsZero() {
			return true
		}
	}
}
