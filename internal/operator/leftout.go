package operator

import (
	"context"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
)

// LeftOut returns the selected deliveries that Run would skip if it began now, and why.
// It changes nothing. Those of events that cannot be read are missing, with an error.
func (p *RetryPlan) LeftOut(ctx context.Context) ([]Skipped, error) {
	return p.o.leftOut(ctx, p.Selected)
}

// leftOut asks of each delivery what reopen asks of its event, in batches.
func (o *Operator) leftOut(ctx context.Context, ds []event.Delivery) (left []Skipped, err error) {
	var ids []string
	for _, d := range ds {
		ids = append(ids, d.Event)
	}
	slices.Sort(ids)
	stored, unreadable, err := o.events(ctx, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	for _, d := range ds {
		s, found := stored[d.Event]
		if !found && unreadable != nil {
			continue // it may be there
		}
		why, err := o.notSent(ctx, d.Ref(), s, found)
		if err != nil {
			return nil, err
		}
		if why != "" {
			left = append(left, Skipped{d.Event, d.Action, why})
		}
	}
	return left, unreadable
}

// notSent is why a delivery of the event cannot be sent to its action; empty: it can.
func (o *Operator) notSent(ctx context.Context, ref event.DeliveryRef, s event.Stored, found bool) (event.Reason, error) {
	switch {
	case !s.Erased.IsZero():
		return ReasonErased, nil
	case !found || s.Expired(o.Now()):
		return ReasonExpired, nil
	}
	subscribers, err := o.Bus.Subscribers(ctx, event.Envelope{Facts: s.Facts, Only: ref.Action})
	if err == nil && len(subscribers) == 0 {
		return ReasonNoRule, nil
	}
	return "", err
}
