package delivery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

const (
	// lookAgain is how soon an attempt that meets an effect in progress asks for
	// its result.
	lookAgain = 3 * time.Second
	// recordTime bounds recording an outcome after the effect, also when the
	// function's own time has just run out.
	recordTime = 3 * time.Second
)

// withheld is the state, in a delivery's outcome, of an effect that Skip
// withheld.
const withheld = "withheld"

// Perform is the call of an external effect. Its result is JSON.
type Perform func(context.Context) (json.RawMessage, error)

// Effect performs fn at most once per key, action and scope and returns its
// result, or the result that it had before. With again, an effect whose outcome
// is unknown is repeated.
func (a *Attempt) Effect(ctx context.Context, key string, fn Perform, again bool) (json.RawMessage, error) {
	if err := a.use(key); err != nil {
		return nil, err
	}
	if a.dryRun {
		result, err := a.performed(ctx, key)
		return result, a.note(key, err)
	}
	intent := a.intent(key)
	held, err := a.h.Ledger.Intend(ctx, intent)
	switch {
	case errors.Is(err, event.ErrTaken):
		if held, err = a.taken(ctx, held, intent, again); err != nil {
			return nil, a.note(key, err)
		}
	case err != nil:
		// The intent may stand although its reply was lost. Nothing happened
		// yet, so it must not become an unknown outcome.
		intent.State, intent.Error = event.EffectNotPerformed, "not begun"
		_ = a.resolve(ctx, intent)
		return nil, fmt.Errorf("intend %s: %w", key, err)
	}
	result, by := held.Result, held.Event
	if held.State != event.EffectDone {
		by = a.d.Event
		result, err = a.perform(ctx, held, fn, again)
	}
	if err == nil {
		a.doneBy[key] = by
	}
	err = a.note(key, err)
	a.effects[len(a.effects)-1].Report = held.Report
	return result, err
}

// DoneBy returns the event for which an effect of this attempt was performed, now or
// before; empty if it was not.
func (a *Attempt) DoneBy(key string) string { return a.doneBy[key] }

// Withhold keeps with the delivery that an effect is withheld and why, so that an
// operator may ask for it although the delivery did something else. It reports
// false if the effect was performed before.
func (a *Attempt) Withhold(ctx context.Context, key string, why event.Reason) (bool, error) {
	if err := a.use(key); err != nil {
		return false, err
	}
	held, err := a.h.Ledger.Effect(ctx, a.ref(key))
	switch {
	case err == nil && held.State == event.EffectDone:
		return false, nil
	case err != nil && !errors.Is(err, event.ErrNotFound):
		return false, fmt.Errorf("withhold %s: %w", key, err)
	}
	_ = a.note(key, event.Skip(why))
	return true, nil
}

// use takes the key for this attempt.
func (a *Attempt) use(key string) error {
	if a.used[key] {
		return a.fail(fmt.Errorf("effect %s: used twice by one event; give each effect its own key", key))
	}
	a.used[key] = true
	return nil
}

func (a *Attempt) ref(key string) event.EffectRef {
	return event.EffectRef{Action: a.h.Action, Scope: a.stored.Scope, Key: key}
}

func (a *Attempt) intent(key string) event.Effect {
	now := a.h.Now()
	return event.Effect{
		EffectRef: a.ref(key), State: event.EffectIntended, Owner: a.owner, Event: a.d.Event,
		Lease: a.lease, Updated: now, Expires: a.expiry(now),
	}
}

// note keeps what became of the effect for the delivery's record, and marks the
// error of one that was withheld.
func (a *Attempt) note(key string, err error) error {
	out := event.EffectOutcome{Key: key, State: string(event.EffectDone)}
	var unknown *UnknownError
	switch {
	case err == nil:
	case errors.As(err, &unknown):
		out.State, out.Why = string(event.EffectUnknown), redact(err.Error())
	case event.Skipped(err):
		out.State, out.Why = withheld, redact(err.Error())
		err = &withheldError{err}
	default:
		out.State, out.Why = string(event.EffectNotPerformed), redact(err.Error())
	}
	a.effects = append(a.effects, out)
	return err
}

// taken decides what an effect that is recorded already means for this attempt:
// a result to return, an intent to take over, or an error.
func (a *Attempt) taken(ctx context.Context, held, intent event.Effect, again bool) (event.Effect, error) {
	switch {
	case held.State == event.EffectDone:
		return held, a.reuse(ctx, held)
	case held.State == event.EffectIntended && held.Lease.After(a.h.Now()):
		left := held.Lease.Sub(a.h.Now())
		return held, event.RetryAfter(fmt.Errorf("%s is in progress for %s", held.Key, held.Event), min(left, lookAgain))
	case again:
		held.State, held.Updated = event.EffectNotPerformed, a.h.Now()
		if err := a.h.Ledger.Resolve(ctx, held); err != nil {
			return held, err
		}
		return a.h.Ledger.Intend(ctx, intent)
	case held.State == event.EffectIntended:
		held.State, held.Error, held.Updated = event.EffectUnknown, "interrupted between the call and its record"+a.lastError(held), a.h.Now()
		if err := a.h.Ledger.Resolve(ctx, held); err != nil {
			return held, err
		}
	}
	if held.Event != a.d.Event {
		return held, event.Skipf("left to %s, whose outcome is unknown", held.Event)
	}
	return held, &UnknownError{held.Key, errors.New(held.Error)}
}

// reuse takes the result that the effect had before.
func (a *Attempt) reuse(ctx context.Context, held event.Effect) error {
	if held.Event == a.d.Event {
		return nil
	}
	a.outcome = "already done for " + held.Event
	return a.extend(ctx, held)
}

// extend keeps an effect or a read for as long as this event may be replayed.
func (a *Attempt) extend(ctx context.Context, held event.Effect) error {
	until := a.expiry(a.h.Now())
	if held.Event == a.d.Event || held.Expires.IsZero() || !until.IsZero() && !held.Expires.Before(until) {
		return nil
	}
	if err := a.h.Ledger.Extend(ctx, held.EffectRef, until); err != nil {
		return fmt.Errorf("extend %s: %w", held.Key, err)
	}
	return nil
}

// perform calls fn and records its outcome. After a freeze that outlasted the
// intent's lease nothing is called: a person or another attempt may have decided
// about the effect since.
func (a *Attempt) perform(ctx context.Context, held event.Effect, fn Perform, again bool) (json.RawMessage, error) {
	var result json.RawMessage
	err := event.RetryAfter(errors.New("the lease ended before the call; nothing was sent"), 0)
	if a.h.Now().Before(held.Lease) {
		result, err = fn(ctx)
	}
	err = classify(err)
	held.Updated = a.h.Now()
	switch {
	case err == nil:
		held.State, held.Result = event.EffectDone, result
	case knownNotPerformed(err) || again:
		held.State, held.Error = event.EffectNotPerformed, redact(err.Error())
	default:
		held.State, held.Error = event.EffectUnknown, redact(err.Error())
		err = &UnknownError{held.Key, err}
	}
	rerr := a.resolve(ctx, held)
	switch {
	case rerr == nil || held.State == event.EffectNotPerformed:
		return result, err
	case again:
		return nil, fmt.Errorf("record %s: %w", held.Key, rerr)
	default:
		// It happened, or may have, and there is no record of it: the intent
		// stands, and the end of its lease makes it unknown.
		return nil, &UnknownError{held.Key, fmt.Errorf("record outcome: %w", rerr)}
	}
}

// resolve records an effect also when the function's own time has run out.
func (a *Attempt) resolve(ctx context.Context, e event.Effect) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTime)
	defer cancel()
	return a.h.Ledger.Resolve(ctx, e)
}

// Fetch returns what fn reads elsewhere, and the same ever after: the first
// result is kept under the key, also for other events of the scope. fn may run
// more than once and must change nothing.
func (a *Attempt) Fetch(ctx context.Context, key string, fn Perform) (json.RawMessage, error) {
	if err := a.use(key); err != nil {
		return nil, err
	}
	if a.dryRun {
		result, kept, err := a.kept(ctx, key)
		if err == nil && !kept {
			err = a.lost(key)
		}
		return result, err
	}
	held, err := a.h.Ledger.Effect(ctx, a.ref(key))
	if err == nil && held.State == event.EffectDone {
		return held.Result, a.extend(ctx, held)
	}
	if err != nil && !errors.Is(err, event.ErrNotFound) {
		return nil, fmt.Errorf("fetch %s: %w", key, err)
	}
	fetched := a.intent(key)
	if fetched.Result, err = fn(ctx); err != nil {
		return nil, classify(err)
	}
	fetched.State, fetched.Lease = event.EffectDone, time.Time{}
	if held, err = a.h.Ledger.Remember(ctx, fetched); err != nil {
		return nil, fmt.Errorf("fetch %s: %w", key, err)
	}
	return held.Result, nil
}

// lastError is what ended the attempt before this one, if that attempt intended the effect.
func (a *Attempt) lastError(held event.Effect) string {
	if n := len(a.d.History); n > 0 && held.Event == a.d.Event {
		return ": " + a.d.History[n-1].Error
	}
	return ""
}
