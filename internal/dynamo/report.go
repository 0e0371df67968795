package dynamo

import (
	"context"
	"fmt"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

// Report implements event.Ledger.
func (t *Tables) Report(ctx context.Context, ref event.EffectRef, r event.Report) (event.Effect, error) {
	fail := func(err error) (event.Effect, error) {
		return event.Effect{}, fmt.Errorf("report about %s: %w", ref.Key, err)
	}
	if checkEffect(ref) != nil {
		return fail(event.ErrNotFound)
	}
	it, err := t.update(ctx, effectID(ref), "SET #report = :report",
		"#state = :done AND (attribute_not_exists(#report) OR #report < :report)",
		item{":report": str(string(r)), ":done": str(string(event.EffectDone))})
	if old, ok := conditionFailed(err); ok {
		if it, err = old, nil; (&reader{item: old}).str("state") != string(event.EffectDone) {
			err = event.ErrNotFound
		}
	}
	if err != nil {
		return fail(err)
	}
	return parseEffect(it)
}

// Amend implements event.Ledger.
func (t *Tables) Amend(ctx context.Context, old, d event.Delivery) error {
	fail := func(err error) error { return fmt.Errorf("amend %s for %s: %w", old.Event, old.Action, err) }
	if checkDelivery(old.Ref()) != nil || !old.Finished() {
		return fail(event.ErrConflict)
	}
	amended := old
	amended.Outcome, amended.Effects = d.Outcome, d.Effects
	update, condition, values := amendment(old, amended)
	_, err := t.update(ctx, deliveryID(old.Ref()), update, condition, values)
	if now, ok := conditionFailed(err); ok {
		err = event.ErrConflict
		if is, _ := parseDelivery(now); outcomeOf(is) == outcomeOf(amended) {
			err = nil // our own, its reply was lost
		}
	}
	if err != nil {
		return fail(err)
	}
	return nil
}

// outcomeOf is what an amendment depends on.
func outcomeOf(d event.Delivery) [4]string {
	return [4]string{string(d.State), d.Owner, d.Outcome, compact(d.Effects)}
}

// amendment writes outcome and effects, on condition that all is as it was.
func amendment(old, amended event.Delivery) (update, condition string, values item) {
	is := outcomeOf(amended)
	values = item{":outcome": str(is[2]), ":effects": str(is[3])}
	for i, name := range []string{"state", "owner", "outcome", "effects"} {
		was := outcomeOf(old)[i]
		if was == "" {
			condition += " AND attribute_not_exists(#" + name + ")"
			continue
		}
		condition += " AND #" + name + " = :was" + name
		values[":was"+name] = str(was)
	}
	return "SET #outcome = :outcome, #effects = :effects", strings.TrimPrefix(condition, " AND "), values
}
