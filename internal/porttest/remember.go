package porttest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// remembered is a result as Remember keeps it.
func remembered(e event.Effect) event.Effect {
	e.State, e.Lease, e.Result = event.EffectDone, time.Time{}, json.RawMessage(`{"email":null}`)
	return e
}

func remember(t *testing.T, p Ports, e event.Effect) event.Effect {
	t.Helper()
	got, err := p.Ledger.Remember(t.Context(), e)
	noError(t, err)
	return got
}

var rememberTests = map[string]func(*testing.T, Ports){
	"result is kept as done under a free key": func(t *testing.T, p Ports) {
		e := remembered(newEffect())
		given := e
		given.State, given.Lease, given.Error = event.EffectIntended, now.Add(time.Minute), "x"
		same(t, e, remember(t, p, given))
		same(t, e, effect(t, p, e))
		_, err := p.Ledger.Intend(t.Context(), sameKey(e))
		isError(t, event.ErrTaken, err)
	},
	"taken key returns what is there": func(t *testing.T, p Ports) {
		first := remembered(newEffect())
		remember(t, p, first)
		second := remembered(sameKey(first))
		second.Result = json.RawMessage(`{"email":"other"}`)
		same(t, first, remember(t, p, second))
		same(t, first, effect(t, p, first))
		intended := newEffect()
		intend(t, p, intended)
		same(t, intended, remember(t, p, remembered(sameKey(intended))))
	},
	"one of 20 concurrent results is kept": func(t *testing.T, p Ports) {
		ref := newEffect()
		results, errs := make([]event.Effect, 20), make([]error, 20)
		together(20, func(i int) { results[i], errs[i] = p.Ledger.Remember(t.Context(), remembered(sameKey(ref))) })
		same(t, 20, winners(t, errs, nil))
		for _, r := range results {
			same(t, results[0], r)
		}
	},
	"effect not performed holds no result": func(t *testing.T, p Ports) {
		e := newEffect()
		intend(t, p, e)
		noError(t, p.Ledger.Resolve(t.Context(), resolved(e, event.EffectNotPerformed)))
		want := remembered(sameKey(e))
		same(t, want, remember(t, p, want))
	},
	"result under no key is ErrInvalid": func(t *testing.T, p Ports) {
		e := remembered(newEffect())
		e.Key = ""
		_, err := p.Ledger.Remember(t.Context(), e)
		isError(t, event.ErrInvalid, err)
	},
}

func extend(t *testing.T, p Ports, e event.Effect, until time.Time) time.Time {
	t.Helper()
	noError(t, p.Ledger.Extend(t.Context(), e.EffectRef, until))
	want := e
	want.Expires = effect(t, p, e).Expires
	same(t, want, effect(t, p, e)) // nothing else changed
	return want.Expires
}

var extendTests = map[string]func(*testing.T, Ports){
	"expiry moves to a later time only": func(t *testing.T, p Ports) {
		e := newEffect()
		intend(t, p, e)
		later := e.Expires.Add(time.Hour)
		same(t, later, extend(t, p, e, later))
		same(t, later, extend(t, p, e, e.Expires))
		same(t, later, extend(t, p, e, later))
	},
	"effect without expiry stays for ever": func(t *testing.T, p Ports) {
		e := newEffect()
		e.Expires = time.Time{}
		intend(t, p, e)
		same(t, time.Time{}, extend(t, p, e, now.AddDate(1, 0, 0)))
	},
	"zero time keeps an effect for ever": func(t *testing.T, p Ports) {
		e := newEffect()
		intend(t, p, e)
		for range 2 {
			same(t, time.Time{}, extend(t, p, e, time.Time{}))
		}
	},
	"extending a missing effect makes none": func(t *testing.T, p Ports) {
		e := newEffect()
		for _, until := range []time.Time{now, {}} {
			noError(t, p.Ledger.Extend(t.Context(), e.EffectRef, until))
			_, err := p.Ledger.Effect(t.Context(), e.EffectRef)
			isError(t, event.ErrNotFound, err)
		}
	},
}
