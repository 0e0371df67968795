package main

import (
	"context"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/fraud"
)

// flagger keeps one row per order, and one per card and customer.
type flagger struct{ Rule fraud.Rule }

// flag adds the event to the facts of its order, and a charge to those of its
// card and customer. It tells nobody: send-notice does, so that a notice that
// cannot go out keeps no order from being held.
func (f flagger) flag(_ context.Context, e *action.Event[facts.Event]) error {
	key, why := fraud.Key(e.Object)
	if key == "" {
		return action.Skip(why)
	}
	for _, source := range fraud.Sources(e.Object) {
		err := action.Update(e, fraud.Table, source, func(old fraud.Source) (fraud.Source, error) {
			return fraud.Add(old, source, e.Object, f.Rule), nil
		})
		if err != nil {
			return err
		}
	}
	return action.Update(e, fraud.Table, event.Scoped(e.Account, key), func(old fraud.Order) (fraud.Order, error) {
		return fraud.Merge(old, e.Object), nil
	})
}
