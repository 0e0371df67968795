package main

import (
	"context"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/order"
)

// update adds the event to the facts of the order that it is about. The row is
// a function of those facts alone, so late and repeated events change nothing
// that they should not.
func update(_ context.Context, e *action.Event[facts.Event]) error {
	key, why := order.Key(e.Object)
	if key == "" {
		return action.Skip(why)
	}
	return action.Update(e, "orders", event.Scoped(e.Account, key), func(old order.Order) (order.Order, error) {
		return order.Merge(old, e.Object), nil
	})
}
