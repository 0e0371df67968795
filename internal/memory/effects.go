package memory

import (
	"context"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// effect is an effect with the nonce of the call that took its key.
type effect struct {
	event.Effect
	nonce string
}

// Intend implements event.Ledger. Only a repeat below this very call is our
// own write: a second call of the same owner gets ErrTaken, because the effect
// may have happened in between.
func (s *Store) Intend(ctx context.Context, e event.Effect) (event.Effect, error) {
	if err := checkKey("owner", e.Owner); err != nil {
		return event.Effect{}, err
	}
	e.State, e.Result, e.Error = event.EffectIntended, nil, ""
	return s.take(ctx, "Intend", e, event.ErrTaken)
}

// Remember implements event.Ledger.
func (s *Store) Remember(ctx context.Context, e event.Effect) (event.Effect, error) {
	e.State, e.Lease, e.Error = event.EffectDone, time.Time{}, ""
	return s.take(ctx, "Remember", e, nil)
}

// take puts e under its key if that is free or its effect was not performed.
// Else it returns the effect that is there with the error.
func (s *Store) take(ctx context.Context, name string, e event.Effect, taken error) (held event.Effect, err error) {
	if err := checkEffect(e.EffectRef); err != nil {
		return held, err
	}
	e = normalEffect(e)
	nonce := s.nonce()
	err = s.do(ctx, Op{name, e.Key}, func() error {
		old, ok := s.effects[e.EffectRef]
		if ok && old.State != event.EffectNotPerformed {
			held = normalEffect(old.Effect)
			if old.nonce == nonce { // our own, its reply was lost
				return nil
			}
			return taken
		}
		s.effects[e.EffectRef] = &effect{e, nonce}
		held = normalEffect(e)
		return nil
	})
	return held, err
}

// Resolve implements event.Ledger.
func (s *Store) Resolve(ctx context.Context, e event.Effect) error {
	e = normalEffect(e)
	return s.do(ctx, Op{"Resolve", e.Key}, func() error {
		old, ok := s.effects[e.EffectRef]
		if !ok || e.Owner == "" || old.Owner != e.Owner {
			return event.ErrFenced
		}
		if old.State == event.EffectDone && e.State != event.EffectDone {
			return event.ErrFenced
		}
		if old.State == event.EffectDone && e.ByOperator && !old.ByOperator {
			return event.ErrFenced
		}
		old.State, old.Result, old.Error, old.Updated, old.ByOperator = e.State, e.Result, e.Error, e.Updated, e.ByOperator
		return nil
	})
}

// Report implements event.Ledger.
func (s *Store) Report(ctx context.Context, ref event.EffectRef, r event.Report) (e event.Effect, err error) {
	err = s.do(ctx, Op{"Report", ref.Key}, func() error {
		old, ok := s.effects[ref]
		if !ok || old.State != event.EffectDone {
			return event.ErrNotFound
		}
		old.Report = max(old.Report, r)
		e = normalEffect(old.Effect)
		return nil
	})
	return e, err
}

// Effect implements event.Ledger.
func (s *Store) Effect(ctx context.Context, ref event.EffectRef) (e event.Effect, err error) {
	err = s.do(ctx, Op{"Effect", ref.Key}, func() error {
		old, ok := s.effects[ref]
		if !ok {
			return event.ErrNotFound
		}
		e = normalEffect(old.Effect)
		return nil
	})
	return e, err
}

// Extend implements event.Ledger. A zero until keeps the effect for ever; one
// that has no expiry stays for ever.
func (s *Store) Extend(ctx context.Context, ref event.EffectRef, until time.Time) error {
	if err := checkEffect(ref); err != nil {
		return err
	}
	until = seconds(until)
	return s.do(ctx, Op{"Extend", ref.Key}, func() error {
		e, ok := s.effects[ref]
		if ok && !e.Expires.IsZero() && (until.IsZero() || e.Expires.Before(until)) {
			e.Expires = until
		}
		return nil
	})
}

// normalEffect is a copy of e as the store keeps it.
func normalEffect(e event.Effect) event.Effect {
	e.Lease, e.Updated, e.Expires = millis(e.Lease), millis(e.Updated), seconds(e.Expires)
	e.Result = slices.Clone(e.Result)
	if len(e.Result) == 0 {
		e.Result = nil
	}
	return e
}
