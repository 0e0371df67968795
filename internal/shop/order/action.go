package order

import (
	"context"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/facts"
)

// Update adds the event to the facts of the order that it is about. The row is
// a function of those facts alone, so late and repeated events change nothing
// that they should not.
func Update(_ context.Context, e *action.Event[facts.Event]) error {
	kind, id, err := Row(e.Object)
	if err != nil {
		return err
	}
	return action.Update(e, Table, kind, id, func(old Order) (Order, error) {
		return Merge(old, id, e.Object), nil
	})
}
