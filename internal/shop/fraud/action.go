package fraud

import (
	"context"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/facts"
)

// Flagger keeps one row per order, and one per card and customer. What failures
// hold is decided when the rows are read; see Holds.
type Flagger struct{}

// Flag adds the event to the facts of its order, and a charge to those of its
// card and customer. It sends nothing: send-notice does, so that a notice that
// fails keeps no order from being held.
func (f Flagger) Flag(_ context.Context, e *action.Event[facts.Event]) error {
	kind, id, err := Key(e.Object)
	if err != nil {
		return err
	}
	for _, source := range Sources(e.Object) {
		if err := f.add(e, source); err != nil {
			return err
		}
	}
	return action.Update(e, Table, kind, id, func(old Order) (Order, error) {
		o := Merge(old, id, e.Object)
		e.Outcome(Effect(e.Object, old, o))
		return o, nil
	})
}

func (f Flagger) add(e *action.Event[facts.Event], source string) error {
	kind, id := SourceKey(source)
	return action.Update(e, Table, kind, id, func(old Source) (Source, error) {
		return Add(old, source, e.Object), nil
	})
}
