package main

import (
	"context"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/order"
)

// update adds the event to the facts of the order that it is about. The row is
// a function of those facts alone, so late and repeated events change nothing
// that they should not.
func update(_ context.Context, e *action.Event[facts.Event]) error {
	kind, id, err := order.Key(e.Object)
	if err != nil {
		return err
	}
	return action.Update(e, order.Table, kind, id, func(old order.Order) (order.Order, error) {
		return order.Merge(old, id, e.Object), nil
	})
}
