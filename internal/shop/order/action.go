package order

import (
	"context"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/shop/billing"
)

// Updater is the action with its ports.
type Updater struct{ Stripe billing.Source }

// Update adds the event to the facts of the order that it is about. The row is
// a function of those facts alone, so late and repeated events change nothing
// that they should not.
func (u Updater) Update(ctx context.Context, e *action.Event[facts.Event]) error {
	if err := billing.Complete(ctx, e, u.Stripe); err != nil {
		return err
	}
	kind, id, err := Row(e.Object)
	if err != nil {
		return err
	}
	return action.Update(e, Table, kind, id, func(old Order) (Order, error) {
		o := Merge(old, id, e.Object)
		e.Outcome(Effect(e.Object, old, o))
		return o, nil
	})
}
