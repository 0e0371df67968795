package operator

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"regexp"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

// pipeline ends the deliveries, so that no attempt can write any more, and takes the
// results of effects.
func (p *ErasePlan) pipeline(ctx context.Context, dry bool) error {
	if dry {
		return nil
	}
	now := p.o.Now()
	err := parallel.Each(ctx, parallelism, slices.Collect(maps.Values(p.found.deliveries)), func(ctx context.Context, d event.Delivery) error {
		defer p.found.step(1)
		d.Updated, d.By = now, "erased"
		if d.State != event.Done {
			d.State = event.Discarded
		}
		return p.o.Erasure.EraseDelivery(ctx, d)
	})
	return errors.Join(err, parallel.Each(ctx, parallelism, p.found.effects, func(ctx context.Context, e event.Effect) error {
		defer p.found.step(1)
		return p.o.Erasure.EraseEffect(ctx, e, now)
	}))
}

// rows takes the person out of the rows of state.
func (p *ErasePlan) rows(ctx context.Context, dry bool) (erased, kept int, err error) {
	states, err := parallel.Map(ctx, parallelism, slices.Collect(maps.Keys(p.found.rows)), func(ctx context.Context, at place) (rowState, error) {
		defer p.found.step(1)
		return p.o.eraseRow(ctx, at, p.Customer, dry)
	})
	for _, s := range states {
		switch s {
		case rowErased:
			erased++
		case rowWithout:
			kept++
		case rowNone:
		}
	}
	return erased, kept, err
}

// messages removes what was sent for the events, or names the person or their payments.
func (p *ErasePlan) messages(ctx context.Context, dry bool) (int, error) {
	all, err := p.o.Mailbox.Messages(ctx)
	if err != nil {
		return 0, err
	}
	theirs := slices.DeleteFunc(all, func(m json.RawMessage) bool {
		for mark := range p.found.marks { // the events' ids are among them
			if names(m, mark) {
				return false
			}
		}
		return true
	})
	if dry || len(theirs) == 0 {
		return len(theirs), nil
	}
	return len(theirs), p.o.Mailbox.Remove(ctx, theirs)
}

// items leaves of events, and of quarantined requests that are events, what makes
// reconcile and Stripe's retries pass them over.
func (p *ErasePlan) items(ctx context.Context) error {
	now := p.o.Now()
	err := parallel.Each(ctx, parallelism, p.found.held, func(ctx context.Context, q event.Quarantined) error {
		defer p.found.step(1)
		if eventID.MatchString(q.ID) {
			left := event.Stored{Event: event.Event{Facts: event.Facts{ID: q.ID, Type: q.Type, Created: q.Received, Received: q.Received}}, Expires: q.Expires}
			if _, err := p.o.Store.Get(ctx, q.ID); errors.Is(err, event.ErrNotFound) {
				if err := p.o.Erasure.EraseItem(ctx, left, now); err != nil {
					return err
				}
			}
		}
		return p.o.Quarantine.Discard(ctx, q.Endpoint, q.ID)
	})
	if err != nil {
		return err
	}
	return parallel.Each(ctx, parallelism, p.found.items, func(ctx context.Context, s event.Stored) error {
		defer p.found.step(1)
		return p.o.Erasure.EraseItem(ctx, s, now)
	})
}

// eventID is the id of an event, and not the digest of a body.
var eventID = regexp.MustCompile(`^evt_[A-Za-z0-9_]+$`)
