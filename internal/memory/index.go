package memory

import (
	"context"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// indexes are the two listings by page, made when they are read first. A write that
// moves much at once drops them.
type indexes struct {
	receipts map[int][]entry[string]                  // events by shard, in the order of receipt
	open     map[openShard][]entry[event.DeliveryRef] // unfinished deliveries, in the order of Next
	// quarantined are the quarantined requests, in the order of receipt.
	quarantined []entry[pair]
}

// openShard is a partition of the unfinished deliveries.
type openShard struct {
	state event.State
	shard int
}

type entry[K any] struct {
	event.Position
	key K
}

func (e entry[K]) compare(p event.Position) int { return e.Compare(p) }

// Received implements event.Store.
func (s *Store) Received(ctx context.Context, q event.Receipts) (page event.Page[event.Stored], err error) {
	err = s.do(ctx, Op{"Received", q.From.UTC().Format(time.RFC3339)}, func() error {
		if s.index.receipts == nil {
			s.index.receipts = s.byReceipt()
		}
		page = event.Page[event.Stored]{}
		var found []entry[string]
		found, page.Next = cut(s.index.receipts[q.Shard], ceil(q.From), ceil(q.To), q.After, q.Newest, q.Limit)
		for _, e := range found {
			if !s.stale(e.key) {
				page.Items = append(page.Items, bare(s.events[e.key].Stored))
			}
		}
		return nil
	})
	return page, err
}

// ByCustomer implements event.Store.
func (s *Store) ByCustomer(ctx context.Context, q event.ByCustomer) (page event.Page[event.Facts], err error) {
	if q.Customer == "" || len(q.Key("customer", q.Customer)) >= keyLimit {
		return page, nil
	}
	err = s.do(ctx, Op{"ByCustomer", q.Customer}, func() error {
		var all []entry[string]
		for id, r := range s.events {
			if r.Scope == q.Scope && r.Customer == q.Customer && r.Occurrence == "" && !s.stale(id) {
				all = append(all, entry[string]{event.Position{At: r.Created, ID: id}, id})
			}
		}
		slices.SortFunc(all, func(a, b entry[string]) int { return a.compare(b.Position) })
		page = event.Page[event.Facts]{}
		var found []entry[string]
		found, page.Next = cut(all, time.Time{}, endOfTime, q.After, true, q.Limit)
		for _, e := range found {
			page.Items = append(page.Items, listed(s.events[e.key].Facts))
		}
		return nil
	})
	return page, err
}

// bare is an event as the index by receipt holds it.
func bare(st event.Stored) event.Stored {
	st.Body, st.Fetched, st.FetchedAt, st.Facts = nil, nil, time.Time{}, listed(st.Facts)
	return clone(st)
}

func (s *Store) byReceipt() map[int][]entry[string] {
	all := map[int][]entry[string]{}
	for id, r := range s.events {
		if r.Occurrence == "" && r.Erased.IsZero() {
			n := event.Shard(id, event.ReceiptShards)
			all[n] = append(all[n], entry[string]{event.Position{At: r.Received, ID: id}, id})
		}
	}
	return inOrder(all)
}

// Unfinished implements event.Ledger.
func (s *Store) Unfinished(ctx context.Context, q event.Unfinished) (page event.Page[event.Due], err error) {
	err = s.do(ctx, Op{"Unfinished", string(q.State)}, func() error {
		if s.index.open == nil {
			s.index.open = s.byNext()
		}
		page = event.Page[event.Due]{}
		var found []entry[event.DeliveryRef]
		found, page.Next = cut(s.index.open[openShard{q.State, q.Shard}], time.Time{}, ceil(q.Before), q.After, q.Newest, q.Limit)
		for _, e := range found {
			if !s.stale(e.key.Event) {
				page.Items = append(page.Items, event.Due{DeliveryRef: e.key, Next: e.At})
			}
		}
		return nil
	})
	return page, err
}

func (s *Store) byNext() map[openShard][]entry[event.DeliveryRef] {
	all := map[openShard][]entry[event.DeliveryRef]{}
	for ref, d := range s.deliveries {
		if d.State != event.Done {
			at := openShard{d.State, event.Shard(ref.Event, event.UnfinishedShards)}
			all[at] = append(all[at], entry[event.DeliveryRef]{event.Position{At: d.Next, ID: ref.Key()}, ref})
		}
	}
	return inOrder(all)
}

// indexed adds an event to the index, if that is made.
func (s *Store) indexed(r *record) {
	if s.index.receipts != nil {
		n := event.Shard(r.ID, event.ReceiptShards)
		s.index.receipts[n] = put(s.index.receipts[n], entry[string]{event.Position{At: r.Received, ID: r.ID}, r.ID})
	}
}

// unopen takes a delivery out of the index before it changes, and open puts it in again.
func (s *Store) unopen(ref event.DeliveryRef) {
	d := s.deliveries[ref]
	if s.index.open == nil || d == nil || d.State == event.Done {
		return
	}
	at := openShard{d.State, event.Shard(ref.Event, event.UnfinishedShards)}
	all := s.index.open[at]
	if n, found := slices.BinarySearchFunc(all, event.Position{At: d.Next, ID: ref.Key()}, entry[event.DeliveryRef].compare); found {
		s.index.open[at] = slices.Delete(all, n, n+1)
	}
}

func (s *Store) open(ref event.DeliveryRef) {
	d := s.deliveries[ref]
	if s.index.open == nil || d.State == event.Done {
		return
	}
	at := openShard{d.State, event.Shard(ref.Event, event.UnfinishedShards)}
	s.index.open[at] = put(s.index.open[at], entry[event.DeliveryRef]{event.Position{At: d.Next, ID: ref.Key()}, ref})
}

func put[K any](all []entry[K], e entry[K]) []entry[K] {
	n, found := slices.BinarySearchFunc(all, e.Position, entry[K].compare)
	if found {
		return all
	}
	return slices.Insert(all, n, e)
}

func inOrder[S comparable, K any](all map[S][]entry[K]) map[S][]entry[K] {
	for _, es := range all {
		slices.SortFunc(es, func(a, b entry[K]) int { return a.compare(b.Position) })
	}
	return all
}

// cut returns a page of the entries in [from, to), and where the next one continues.
func cut[K any](all []entry[K], from, to time.Time, after event.Position, newest bool, limit int) (page []entry[K], next event.Position) {
	at := func(p event.Position) int {
		n, _ := slices.BinarySearchFunc(all, p, entry[K].compare)
		return n
	}
	first, last := at(event.Position{At: from}), at(event.Position{At: to})
	switch {
	case after.IsZero():
	case newest:
		last = min(last, at(after))
	default:
		first = max(first, at(event.Position{At: after.At, ID: after.ID + "\x00"}))
	}
	if first >= last {
		return nil, next
	}
	more := last-first > limit
	if newest {
		page = slices.Clone(all[max(first, last-limit):last])
		slices.Reverse(page)
	} else {
		page = slices.Clone(all[first:min(last, first+limit)])
	}
	if more {
		next = page[limit-1].Position
	}
	return page, next
}

// ceil is the first whole millisecond that is not before t.
func ceil(t time.Time) time.Time {
	if ms := millis(t); !ms.Before(t) {
		return ms
	}
	return millis(t).Add(time.Millisecond)
}
