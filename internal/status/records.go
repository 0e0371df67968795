package status

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

// wanted is an event with deliveries that should have a record.
type wanted struct {
	received time.Time
	refs     []event.DeliveryRef
	pending  bool // until fetch has one
}

// lookUp looks for the records, those of the earliest events first.
func (w *walk) lookUp(ctx context.Context) error {
	slices.SortFunc(w.lookups, func(a, b wanted) int { return a.received.Compare(b.received) })
	var batches [][]wanted
	n, total := batch, 0
	for _, one := range w.lookups {
		if total += len(one.refs); total > w.records {
			w.locked(func() { w.status.AtLeast = true })
			break
		}
		if n += len(one.refs); n > batch {
			batches, n = append(batches, nil), len(one.refs)
		}
		batches[len(batches)-1] = append(batches[len(batches)-1], one)
	}
	return parallel.Each(ctx, readers, batches, w.lookUpBatch)
}

// lookUpBatch counts those of which a record is missing. One that cannot be read is
// there.
func (w *walk) lookUpBatch(ctx context.Context, all []wanted) error {
	var refs []event.DeliveryRef
	for _, one := range all {
		refs = append(refs, one.refs...)
	}
	known, err := w.Ledger.Deliveries(ctx, refs)
	if err != nil && !errors.Is(err, event.ErrInvalid) {
		return err
	}
	has := map[event.DeliveryRef]bool{}
	for _, d := range known {
		has[d.Ref()] = true
	}
	w.locked(func() {
		for _, one := range all {
			one.count(w, has)
		}
	})
	return nil
}

func (one wanted) count(w *walk, has map[event.DeliveryRef]bool) {
	missing := 0
	for _, ref := range one.refs {
		if !has[ref] {
			w.missing[ref.Action]++
			missing++
		}
	}
	switch {
	case missing == 0:
	case one.pending:
		w.pending.add(one.received)
	default:
		w.unrecorded.add(one.received)
	}
}

// conclude writes the counts into the status.
func (w *walk) conclude() {
	pending, unrecorded := w.pending.count, w.unrecorded.count
	w.status.Pending, w.status.OldestPending = &pending, w.pending.oldest
	w.status.Unrecorded, w.status.OldestUnrecorded = &unrecorded, w.unrecorded.oldest
}
