package status

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
	"github.com/payhooks/payhooks/internal/reconcile"
)

const (
	// recordedAfter is how old an event is whose subscribers must have a record.
	recordedAfter = 15 * time.Minute
	// clockSkew is how far in the future an event may have been received.
	clockSkew = time.Hour
)

// readEvents reads how far the sweeps are, and the events that are not behind them.
func (r *reading) readEvents(ctx context.Context) error {
	standing, err := reconcile.ReadStanding(ctx, r.Ledger, r.now)
	if err != nil {
		return fmt.Errorf("read how far the sweeps are: %w", err)
	}
	w := &walk{reading: r, standing: standing, left: map[string]bool{}}
	for _, id := range standing.Left {
		w.left[id] = true
	}
	r.locked(func() {
		r.status.Reconciled = standing.Ran
		if r.status.Sweeps = standing.Lags; len(standing.Lags) == 0 { // no run has ended yet
			for _, name := range Sweeps {
				r.status.Sweeps = append(r.status.Sweeps, reconcile.Lag{Sweep: name})
			}
		}
		for action, n := range standing.Subscribed {
			r.subscribed[action] += n
		}
	})
	shards := make([]int, event.ReceiptShards)
	for n := range shards {
		shards[n] = n
	}
	err = parallel.Each(ctx, len(shards), shards, w.shard)
	if err == nil {
		err = w.readLeft(ctx)
	}
	if err == nil {
		err = w.lookUp(ctx)
	}
	if err != nil {
		return fmt.Errorf("count pending and unrecorded events: %w", err)
	}
	r.locked(w.conclude)
	return errors.Join(w.unreadable...)
}

// walk goes over the events that may be pending or unrecorded.
type walk struct {
	*reading
	standing reconcile.Standing

	left       map[string]bool // ids that a sweep left and that were not met yet
	pending    times
	unrecorded times
	lookups    []wanted
	unreadable []error
}

// times counts events and keeps the earliest receipt.
type times struct {
	count  int
	oldest time.Time
}

func (t *times) add(received time.Time) {
	t.count, t.oldest = t.count+1, earliest(t.oldest, received)
}

// shard reads the events of one shard from the sweep that is behind on.
func (w *walk) shard(ctx context.Context, n int) error {
	if err := w.newest(ctx, n); err != nil {
		return err
	}
	recorded, begin := w.standing.Recorded[n], w.standing.Published[n]
	if recorded.Compare(begin) < 0 {
		begin = recorded
	}
	q := event.Receipts{Shard: n, From: begin.At, To: w.now.Add(clockSkew), Limit: pageSize}
	if begin.ID != "" {
		q.After = begin
	}
	for range w.pages {
		page, err := w.Store.Received(ctx, q)
		if err != nil && !errors.Is(err, event.ErrInvalid) {
			return err
		}
		w.locked(func() {
			if err != nil {
				w.unreadable = append(w.unreadable, err)
			}
			for _, s := range page.Items {
				if recorded.Compare(event.Position{At: s.Received, ID: s.ID}) < 0 {
					w.subscribe(s)
				}
				w.judge(s)
			}
		})
		if q.After = page.Next; q.After.IsZero() {
			return nil
		}
	}
	w.locked(func() { w.status.AtLeast = true })
	return nil
}

// newest finds when the newest event of a shard was received.
func (w *walk) newest(ctx context.Context, n int) error {
	page, err := w.Store.Received(ctx, event.Receipts{Shard: n, To: w.now.Add(clockSkew), Newest: true, Limit: 1})
	if err != nil && !errors.Is(err, event.ErrInvalid) {
		return err
	}
	w.locked(func() {
		for _, s := range page.Items {
			if s.Received.After(w.status.Newest) {
				w.status.Newest = s.Received
			}
		}
	})
	return nil
}

// subscribe counts the subscriptions of an event that no sweep has counted.
func (w *walk) subscribe(s event.Stored) {
	for _, action := range s.Subscribers {
		w.subscribed[action]++
	}
}

// judge decides what of an event is to be counted or looked for.
func (w *walk) judge(s event.Stored) {
	delete(w.left, s.ID)
	refs := make([]event.DeliveryRef, len(s.Subscribers))
	for i, action := range s.Subscribers {
		refs[i] = event.DeliveryRef{Action: action, Event: s.ID}
	}
	switch {
	case s.Expired(w.now):
	case s.Pending && s.ByFetch:
		fetch := event.DeliveryRef{Action: event.Fetch, Event: s.ID}
		w.lookups = append(w.lookups, wanted{s.Received, []event.DeliveryRef{fetch}, true})
	case s.Pending:
		w.pending.add(s.Received)
	case len(refs) > 0 && w.now.Sub(s.Received) > recordedAfter:
		w.lookups = append(w.lookups, wanted{s.Received, refs, false})
	}
}

// readLeft reads the events that a sweep left behind and that were not met.
func (w *walk) readLeft(ctx context.Context) error {
	var ids []string
	for id := range w.left {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	if len(ids) > w.records {
		ids = ids[:w.records]
		w.locked(func() { w.status.AtLeast = true })
	}
	if len(ids) == 0 {
		return nil
	}
	found, err := w.Store.Events(ctx, ids)
	if err != nil && !errors.Is(err, event.ErrInvalid) {
		return err
	}
	if err != nil {
		w.unreadable = append(w.unreadable, err)
	}
	for _, s := range found {
		w.judge(s)
	}
	return nil
}
