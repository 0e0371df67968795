package main

import (
	"context"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/fraud"
)

// flagger keeps one row per order, and one per card and customer.
type flagger struct{ Rule fraud.Rule }

// flag adds the event to the facts of its order, and a charge to those of its
// card and customer. It sends nothing: send-notice does, so that a notice that
// fails keeps no order from being held.
func (f flagger) flag(_ context.Context, e *action.Event[facts.Event]) error {
	kind, id, err := fraud.Key(e.Object)
	if err != nil {
		return err
	}
	for _, source := range fraud.Sources(e.Object) {
		if err := f.add(e, source); err != nil {
			return err
		}
	}
	return action.Update(e, fraud.Table, kind, id, func(old fraud.Order) (fraud.Order, error) {
		return fraud.Merge(old, id, e.Object), nil
	})
}

func (f flagger) add(e *action.Event[facts.Event], source string) error {
	kind, id := fraud.SourceKey(source)
	return action.Update(e, fraud.Table, kind, id, func(old fraud.Source) (fraud.Source, error) {
		return fraud.Add(old, source, e.Object, f.Rule), nil
	})
}
