package memory

import (
	"context"
	"errors"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
)

// intent is an effect with the nonce of the call that intended it.
type intent struct {
	event.Effect
	nonce string
}

// Intend implements event.Ledger. Only a repeat below this very call is our
// own write: a second call of the same owner gets ErrTaken, because the effect
// may have happened in between.
func (s *Store) Intend(ctx context.Context, e event.Effect) (got event.Effect, err error) {
	if err := errors.Join(checkKey("effect key", e.Key), checkKey("action", e.Action), checkKey("owner", e.Owner)); err != nil {
		return got, err
	}
	e = normalEffect(e)
	e.State, e.Result, e.Error = event.EffectIntended, nil, ""
	nonce := s.nonce()
	err = s.do(ctx, Op{"Intend", e.Key}, func() error {
		k := pair{e.Key, e.Action}
		old, ok := s.effects[k]
		if ok && old.State != event.EffectNotPerformed && old.nonce != nonce {
			got = normalEffect(old.Effect)
			return event.ErrTaken
		}
		s.effects[k] = &intent{e, nonce}
		got = e
		return nil
	})
	return got, err
}

// Resolve implements event.Ledger. What is done stays done.
func (s *Store) Resolve(ctx context.Context, e event.Effect) error {
	e = normalEffect(e)
	return s.do(ctx, Op{"Settle", e.Key}, func() error {
		old, ok := s.effects[pair{e.Key, e.Action}]
		if !ok || old.Owner != e.Owner {
			return event.ErrFenced
		}
		if old.State == event.EffectDone && e.State != event.EffectDone {
			return event.ErrFenced
		}
		old.State, old.Result, old.Error, old.Updated = e.State, e.Result, e.Error, e.Updated
		return nil
	})
}

// Effect implements event.Ledger.
func (s *Store) Effect(ctx context.Context, key, action string) (e event.Effect, err error) {
	err = s.do(ctx, Op{"Effect", key}, func() error {
		i, ok := s.effects[pair{key, action}]
		if !ok {
			return event.ErrNotFound
		}
		e = normalEffect(i.Effect)
		return nil
	})
	return e, err
}

func normalEffect(e event.Effect) event.Effect {
	e.Lease, e.Updated, e.Result = millis(e.Lease), millis(e.Updated), slices.Clone(e.Result)
	return e
}
