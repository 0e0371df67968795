package action

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
)

// EffectOption changes the promise of one external effect.
type EffectOption int

// AtLeastOnce repeats an effect whose outcome is unknown, for a receiver that
// recognises repeats (an idempotency key, a PUT). Without it such an effect is
// never repeated on a guess.
const AtLeastOnce EffectOption = 1

// Outside performs an external effect that no transaction covers, such as
// sending a mail, at most once per key, scope and action: across attempts,
// processes and events. The result is stored as JSON and returned to every later
// caller, so a function with several effects continues after the last that
// succeeded.
//
// fn's client must not retry. fn returns NotSent, RetryAfter, Permanent, Skip or
// an error of package event when the effect did not happen; after any other
// error its outcome is unknown, and so is the delivery: it waits for an
// operator and is never repeated on a guess.
//
// The function must return the error that Outside returns. A process that
// freezes inside fn, between its last check and the request, is the limit of
// the promise.
func Outside[E, T any](ctx context.Context, e *Event[E], key string, fn func(context.Context) (T, error), opts ...EffectOption) (T, error) {
	again := len(opts) > 0 && opts[0] == AtLeastOnce
	raw, err := e.run.Effect(ctx, key, perform(fn), again)
	return result[T](key, raw, err)
}

// Withhold keeps with the delivery that an effect does not happen for now and why,
// as Skip inside Outside does without a record of the effect: an operator may ask
// for it, also if the delivery did something else. It reports false if the effect
// happened before. The outcome names what was withheld.
func Withhold[E any](ctx context.Context, e *Event[E], key, why string) (bool, error) {
	return e.run.Withhold(ctx, key, event.Reason(why))
}

// DoneBy returns the id of the event for which Outside performed the effect, in this
// attempt or before; empty if it did not.
func DoneBy[E any](e *Event[E], key string) string { return e.run.DoneBy(key) }

// Fetch returns what fn reads from elsewhere, such as an object at Stripe. The
// first result is stored under the key and is a fact of the scope from then on:
// every later attempt, event and audit gets the same one. fn must change
// nothing; it may run more than once. An error is retried.
func Fetch[E, T any](ctx context.Context, e *Event[E], key string, fn func(context.Context) (T, error)) (T, error) {
	raw, err := e.run.Fetch(ctx, key, perform(fn))
	return result[T](key, raw, err)
}

func perform[T any](fn func(context.Context) (T, error)) delivery.Perform {
	return func(ctx context.Context) (json.RawMessage, error) {
		t, err := fn(ctx)
		if err != nil {
			return nil, err
		}
		return json.Marshal(t)
	}
}

func result[T any](key string, raw json.RawMessage, err error) (t T, _ error) {
	if err != nil {
		return t, err
	}
	if err := json.Unmarshal(raw, &t); err != nil {
		return t, Permanent(fmt.Errorf("result of %s: %w", key, err))
	}
	return t, nil
}
