package action

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/outcome"
)

// EffectOption changes the promise of one outside effect.
type EffectOption int

// AtLeastOnce repeats an effect whose outcome nobody knows, for a receiver
// that recognises repeats itself (an idempotency key, a PUT). Without it such
// an effect is never repeated on a guess.
const AtLeastOnce EffectOption = 1

// lookAgain is how soon another event that wants an effect in progress asks
// for its result.
const lookAgain = 3 * time.Second

// settleTime bounds recording an outcome after the effect, also when the
// function's own time has just run out.
const settleTime = 3 * time.Second

// Outside does something that no transaction covers, such as sending a mail,
// at most once per key and action: across attempts, processes and events. The
// result is remembered as JSON and handed back to whoever asks again, so a
// function with several effects goes on after the last that succeeded.
//
// fn's client must not retry by itself. fn returns NotSent, RetryAfter,
// Permanent or an error of package once when the effect certainly did not
// happen; any other error means that nobody knows, and the delivery becomes unknown: kept for an operator,
// never repeated on a guess.
//
// The error that Outside returns must be returned by the function.
func Outside[E, T any](ctx context.Context, e *Event[E], key string, fn func(context.Context) (T, error), opts ...EffectOption) (T, error) {
	var result T
	raw, err := e.run.outside(ctx, key, func(ctx context.Context) (json.RawMessage, error) {
		t, err := fn(ctx)
		if err != nil {
			return nil, err
		}
		return json.Marshal(t)
	}, opts)
	if err != nil {
		return result, err
	}
	if err := json.Unmarshal(raw, &result); err != nil {
		return result, Permanent(fmt.Errorf("result of %s: %w", key, err))
	}
	return result, nil
}

func (a *attempt) outside(ctx context.Context, key string, fn func(context.Context) (json.RawMessage, error), opts []EffectOption) (json.RawMessage, error) {
	if a.used[key] {
		return nil, a.refuse(fmt.Errorf("outside %s: used twice by one event; give each effect its own key", key))
	}
	a.used[key] = true
	if a.rehearsal {
		return a.kept(ctx, key)
	}
	again := len(opts) > 0 && opts[0] == AtLeastOnce
	intent := event.Effect{
		Key: key, Action: a.d.Action, State: event.EffectIntended,
		Owner: a.d.Owner, Event: a.d.Event, Lease: a.d.Next, Updated: a.h.Now(),
	}
	held, err := a.h.Ledger.Intend(ctx, intent)
	switch {
	case errors.Is(err, event.ErrTaken):
		if held, err = a.taken(ctx, held, intent, again); err != nil {
			return nil, err
		}
	case err != nil:
		// The intent may stand although its reply was lost. Nothing happened
		// yet, so it must not become an unknown outcome.
		intent.State, intent.Error = event.EffectNotPerformed, "not begun"
		_ = a.settle(ctx, intent)
		return nil, fmt.Errorf("intend %s: %w", key, err)
	}
	if held.State == event.EffectDone {
		return held.Result, nil
	}
	return a.perform(ctx, held, fn, again)
}

// taken decides what an effect that somebody holds already means for us: a
// result to hand on, an intent to take over, or an error.
func (a *attempt) taken(ctx context.Context, held, intent event.Effect, again bool) (event.Effect, error) {
	switch {
	case held.State == event.EffectDone:
		if held.Event != a.d.Event {
			a.outcome = "already done for " + held.Event
		}
		return held, nil
	// An event has one attempt at a time: an intent of its own is of one that
	// ended and could not record what became of it.
	case held.State == event.EffectIntended && held.Event != a.d.Event && held.Lease.After(a.h.Now()):
		return held, RetryAfter(fmt.Errorf("in progress for %s", held.Event), min(held.Lease.Sub(a.h.Now()), lookAgain))
	case again:
		held.State, held.Updated = event.EffectNotPerformed, a.h.Now()
		if err := a.h.Ledger.Resolve(ctx, held); err != nil {
			return held, err
		}
		return a.h.Ledger.Intend(ctx, intent)
	case held.State == event.EffectIntended:
		held.State, held.Error, held.Updated = event.EffectUnknown, "interrupted between the call and its record", a.h.Now()
		if err := a.h.Ledger.Resolve(ctx, held); err != nil {
			return held, err
		}
	}
	if held.Event != a.d.Event {
		return held, Skip("left to " + held.Event + ", whose outcome is unknown")
	}
	return held, &unknownError{held.Key, errors.New(held.Error)}
}

// perform does the effect and records what became of it.
func (a *attempt) perform(ctx context.Context, held event.Effect, fn func(context.Context) (json.RawMessage, error), again bool) (json.RawMessage, error) {
	result, err := fn(ctx)
	err = said(err)
	held.Updated = a.h.Now()
	switch {
	case err == nil:
		held.State, held.Result = event.EffectDone, result
	case certain(err) || again:
		held.State, held.Error = event.EffectNotPerformed, redact(err.Error())
	default:
		held.State, held.Error = event.EffectUnknown, redact(err.Error())
		err = &unknownError{held.Key, err}
	}
	serr := a.settle(ctx, held)
	switch {
	case serr == nil || held.State == event.EffectNotPerformed:
		return result, err
	case again:
		return nil, fmt.Errorf("record %s: %w", held.Key, serr)
	default:
		// It happened, or may have, and there is no record of it: the intent
		// stands, and the end of its lease makes it unknown.
		return nil, &unknownError{held.Key, fmt.Errorf("record outcome: %w", serr)}
	}
}

// throttledFor is how long a service is left alone after it said "too many".
const throttledFor = time.Minute

// said turns what a client of package once says into the verdict that it is.
func said(err error) error {
	switch {
	case errors.Is(err, outcome.ErrThrottled):
		return RetryAfter(err, throttledFor)
	case errors.Is(err, outcome.ErrNotSent):
		return NotSent(err)
	case errors.Is(err, outcome.ErrRejected):
		return Permanent(err)
	}
	return err
}

// settle records an effect also when the function's own time has run out.
func (a *attempt) settle(ctx context.Context, e event.Effect) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	return a.h.Ledger.Resolve(ctx, e)
}
