package operator

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

// keyPage is how many entries of an index that holds keys alone are read at once.
const keyPage = 1000

// unfinished returns the selected deliveries in these states, the oldest first. Those
// that can be read are returned also with any error.
func (o *Operator) unfinished(ctx context.Context, f Deliveries, states ...event.State) ([]event.Delivery, error) {
	return o.unfinishedBefore(ctx, f, o.always(), states...)
}

// unfinishedBefore is unfinished for what is due before then.
func (o *Operator) unfinishedBefore(ctx context.Context, f Deliveries, before time.Time, states ...event.State) ([]event.Delivery, error) {
	refs, failed := o.indexed(ctx, f, before, states)
	slices.SortFunc(refs, func(a, b event.DeliveryRef) int { return cmp.Compare(a.Key(), b.Key()) })
	ds, err := o.asIndexed(ctx, slices.Compact(refs), states) // one that changes its state meanwhile is in two lists
	slices.SortFunc(ds, func(a, b event.Delivery) int {
		return cmp.Or(a.Updated.Compare(b.Updated), cmp.Compare(a.Event, b.Event), cmp.Compare(a.Action, b.Action))
	})
	return ds, errors.Join(failed, err)
}

// indexed reads the selected entries in these states from every shard of the index that
// may have some, in parallel. What was read is returned also with an error.
func (o *Operator) indexed(ctx context.Context, f Deliveries, before time.Time, states []event.State) (refs []event.DeliveryRef, err error) {
	var all []event.Unfinished
	for _, s := range states {
		for shard := range event.UnfinishedShards {
			if f.Event == "" || event.Shard(f.Event, event.UnfinishedShards) == shard {
				all = append(all, event.Unfinished{State: s, Shard: shard, Before: before, Limit: keyPage})
			}
		}
	}
	var mu sync.Mutex
	err = parallel.Each(ctx, readers, all, func(ctx context.Context, q event.Unfinished) error {
		for more := true; more; more = !q.After.IsZero() {
			page, err := o.Ledger.Unfinished(ctx, q)
			if err != nil {
				return err
			}
			mu.Lock()
			for _, d := range page.Items {
				if f.matches(d.DeliveryRef) {
					refs = append(refs, d.DeliveryRef)
				}
			}
			mu.Unlock()
			q.After = page.Next
		}
		return nil
	})
	return refs, err
}

// always is later than anything is due.
func (o *Operator) always() time.Time { return o.Now().AddDate(10, 0, 0) }

// asIndexed returns the records that still are in one of the states, in no order. Those
// that can be read are returned also with an error.
func (o *Operator) asIndexed(ctx context.Context, refs []event.DeliveryRef, states []event.State) (found []event.Delivery, err error) {
	var mu sync.Mutex
	var unreadable error
	err = parallel.Each(ctx, readers, slices.Collect(slices.Chunk(refs, batch)), func(ctx context.Context, refs []event.DeliveryRef) error {
		ds, err := o.Ledger.Deliveries(ctx, refs)
		mu.Lock()
		defer mu.Unlock()
		for _, d := range ds {
			if slices.Contains(states, d.State) {
				found = append(found, d)
			}
		}
		if errors.Is(err, event.ErrInvalid) {
			unreadable, err = errors.Join(unreadable, err), nil
		}
		return err
	})
	return found, errors.Join(unreadable, err)
}
