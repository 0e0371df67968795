package operator

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

const (
	// followEvery is how often the deliveries under way are looked at.
	followEvery = time.Second
	// followLate is how long one is not looked at whose next attempt is later: a person
	// may make it due.
	followLate = 30 * time.Second
)

// followed is a delivery that has not ended.
type followed struct {
	event.DeliveryRef
	look time.Time // at it again
}

// Follow waits until every delivery that the replay sent, or found under way, has ended,
// and counts in r how. ended is called after each look with how many more did. When ctx
// ends, r says what goes on without anyone waiting for it, with ctx's error.
func (o *Operator) Follow(ctx context.Context, r *ReplayResult, ended func(n int)) error {
	var left []followed
	for _, ref := range r.under {
		left = append(left, followed{DeliveryRef: ref})
	}
	for len(left) > 0 {
		still, err := o.lookAt(ctx, left, r)
		if err != nil {
			return err
		}
		ended(len(left) - len(still))
		left, r.Waiting = still, len(still)
		if len(left) > 0 {
			if err := o.Sleep(ctx, followEvery); err != nil {
				return err
			}
		}
	}
	return nil
}

// lookAt reads the deliveries whose turn it is and returns all that have not ended.
func (o *Operator) lookAt(ctx context.Context, all []followed, r *ReplayResult) (left []followed, err error) {
	now := o.Now()
	var turn []event.DeliveryRef
	for _, f := range all {
		if f.look.After(now) {
			left = append(left, f)
		} else {
			turn = append(turn, f.DeliveryRef)
		}
	}
	parts, err := parallel.Map(ctx, readers, slices.Collect(slices.Chunk(turn, batch)), func(ctx context.Context, refs []event.DeliveryRef) ([]event.Delivery, error) {
		ds, err := o.Ledger.Deliveries(ctx, refs)
		if errors.Is(err, event.ErrInvalid) {
			err = nil // audits and lists name it
		}
		return ds, err
	})
	if err != nil {
		return nil, err
	}
	for _, d := range slices.Concat(parts...) {
		if d.Finished() {
			r.Ended = addOne(r.Ended, d.State)
			continue
		}
		left = append(left, followed{d.Ref(), nextLook(d, now)})
	}
	return left, nil
}

func nextLook(d event.Delivery, now time.Time) time.Time {
	next := d.Next
	if late := now.Add(followLate); next.After(late) {
		next = late
	}
	return next
}
