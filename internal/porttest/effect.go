package porttest

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

func newEffect() event.Effect {
	return event.Effect{
		EffectRef: event.EffectRef{Action: "send-receipt", Scope: event.Scope{Livemode: true}, Key: unique("receipt/pi_")},
		State:     event.EffectIntended, Owner: unique("owner-"), Event: unique("evt_"),
		Lease: milli(now.Add(time.Minute)), Updated: milli(now), Expires: now.Add(time.Hour).Truncate(time.Second),
	}
}

// sameKey is another attempt's effect under the key of e.
func sameKey(e event.Effect) event.Effect {
	other := newEffect()
	other.EffectRef = e.EffectRef
	return other
}

func effect(t *testing.T, p Ports, e event.Effect) event.Effect {
	t.Helper()
	got, err := p.Ledger.Effect(t.Context(), e.EffectRef)
	noError(t, err)
	return got
}

func intend(t *testing.T, p Ports, e event.Effect) {
	t.Helper()
	got, err := p.Ledger.Intend(t.Context(), e)
	noError(t, err)
	same(t, e, got)
}

// resolved is the effect as its owner resolves it.
func resolved(e event.Effect, s event.EffectState) event.Effect {
	e.State, e.Updated = s, milli(now.Add(time.Second))
	if s == event.EffectDone {
		e.Result = json.RawMessage(`{"id":"msg_1"}`)
	} else {
		e.Error = "no answer"
	}
	return e
}

var intendTests = map[string]func(*testing.T, Ports){
	"free key is taken": func(t *testing.T, p Ports) {
		e := newEffect()
		_, err := p.Ledger.Effect(t.Context(), e.EffectRef)
		isError(t, event.ErrNotFound, err)
		intend(t, p, e)
		same(t, e, effect(t, p, e))
	},
	"intent clears result and error": func(t *testing.T, p Ports) {
		e := newEffect()
		given := resolved(e, event.EffectDone)
		given.Error, given.Updated = "no answer", e.Updated
		got, err := p.Ledger.Intend(t.Context(), given)
		noError(t, err)
		same(t, e, got)
		same(t, e, effect(t, p, e))
	},
	"taken key is ErrTaken, also for its owner": func(t *testing.T, p Ports) {
		for _, s := range []event.EffectState{event.EffectIntended, event.EffectDone, event.EffectUnknown} {
			e := newEffect()
			intend(t, p, e)
			want := e
			if s != event.EffectIntended {
				want = resolved(e, s)
				noError(t, p.Ledger.Resolve(t.Context(), want))
			}
			for _, again := range []event.Effect{sameKey(e), e} {
				got, err := p.Ledger.Intend(t.Context(), again)
				isError(t, event.ErrTaken, err)
				same(t, want, got)
			}
		}
	},
	"one of 50 concurrent intents takes the key": func(t *testing.T, p Ports) {
		e := newEffect()
		errs := make([]error, 50)
		together(50, func(i int) { _, errs[i] = p.Ledger.Intend(t.Context(), sameKey(e)) })
		same(t, 1, winners(t, errs, event.ErrTaken))
	},
	"key stays taken after its lease and expiry": func(t *testing.T, p Ports) {
		e := newEffect()
		e.Updated, e.Lease = milli(now.AddDate(-20, 0, 0)), milli(now.AddDate(-20, 0, 1))
		e.Expires = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
		intend(t, p, e)
		other := sameKey(e)
		other.Updated, other.Lease = e.Expires.AddDate(1, 0, 0), e.Expires.AddDate(1, 0, 1)
		got, err := p.Ledger.Intend(t.Context(), other)
		isError(t, event.ErrTaken, err)
		same(t, e, got)
	},
	"key whose effect was not performed is free": func(t *testing.T, p Ports) {
		e := newEffect()
		intend(t, p, e)
		noError(t, p.Ledger.Resolve(t.Context(), resolved(e, event.EffectNotPerformed)))
		same(t, event.EffectNotPerformed, effect(t, p, e).State)
		other := sameKey(e)
		intend(t, p, other)
		same(t, other, effect(t, p, e))
		isError(t, event.ErrFenced, p.Ledger.Resolve(t.Context(), resolved(e, event.EffectDone)))
	},
	"unusable intent is ErrInvalid": func(t *testing.T, p Ports) {
		for name, change := range map[string]func(*event.Effect){
			"no key": func(e *event.Effect) { e.Key = "" }, "no action": func(e *event.Effect) { e.Action = "" },
			"no owner": func(e *event.Effect) { e.Owner = "" }, "# in action": func(e *event.Effect) { e.Action = "a#effect" },
			"# in account": func(e *event.Effect) { e.Scope.Account = "acct_1#x" }, "/ in account": func(e *event.Effect) { e.Scope.Account = "a/b" },
			"long key": func(e *event.Effect) { e.Key = strings.Repeat("x", 1024) },
			"long together": func(e *event.Effect) {
				e.Action, e.Key = strings.Repeat("a", 1023), strings.Repeat("x", 1023)
			},
		} {
			e := newEffect()
			change(&e)
			if _, err := p.Ledger.Intend(t.Context(), e); !errors.Is(err, event.ErrInvalid) {
				t.Errorf("%s: error is %v", name, err)
			}
			if e.Owner == "" {
				continue
			}
			if _, err := p.Ledger.Effect(t.Context(), e.EffectRef); !errors.Is(err, event.ErrNotFound) {
				t.Errorf("%s: error of the read is %v", name, err)
			}
		}
	},
	"effect keeps any text as its key": func(t *testing.T, p Ports) {
		e := newEffect()
		e.Key = unique("receipt#effect#test/own#é ")
		intend(t, p, e)
		same(t, e, effect(t, p, e))
	},
}

var resolveTests = map[string]func(*testing.T, Ports){
	"resolve keeps result and error and clears others": func(t *testing.T, p Ports) {
		e := newEffect()
		intend(t, p, e)
		for _, s := range []event.EffectState{event.EffectUnknown, event.EffectDone} {
			want := resolved(e, s)
			noError(t, p.Ledger.Resolve(t.Context(), want))
			same(t, want, effect(t, p, e))
		}
	},
	"done effect stays done": func(t *testing.T, p Ports) {
		e := newEffect()
		intend(t, p, e)
		want := resolved(e, event.EffectDone)
		noError(t, p.Ledger.Resolve(t.Context(), want))
		for _, s := range []event.EffectState{event.EffectUnknown, event.EffectNotPerformed} {
			isError(t, event.ErrFenced, p.Ledger.Resolve(t.Context(), resolved(e, s)))
		}
		same(t, want, effect(t, p, e))
	},
	"operator's result is corrected and replaces none of the action's": func(t *testing.T, p Ports) {
		e := newEffect()
		intend(t, p, e)
		byOperator := resolved(e, event.EffectDone)
		byOperator.ByOperator, byOperator.Result = true, json.RawMessage("null")
		noError(t, p.Ledger.Resolve(t.Context(), byOperator))
		byOperator.Result = json.RawMessage(`{"id":"msg_2"}`)
		noError(t, p.Ledger.Resolve(t.Context(), byOperator))
		same(t, byOperator, effect(t, p, e))
		action := resolved(e, event.EffectDone)
		noError(t, p.Ledger.Resolve(t.Context(), action))
		isError(t, event.ErrFenced, p.Ledger.Resolve(t.Context(), byOperator))
		same(t, action, effect(t, p, e))
	},
	"resolve by another owner is fenced": func(t *testing.T, p Ports) {
		e := newEffect()
		isError(t, event.ErrFenced, p.Ledger.Resolve(t.Context(), resolved(e, event.EffectDone)))
		intend(t, p, e)
		for _, owner := range []string{unique("owner-"), ""} {
			other := resolved(e, event.EffectDone)
			other.Owner = owner
			isError(t, event.ErrFenced, p.Ledger.Resolve(t.Context(), other))
		}
		same(t, e, effect(t, p, e))
	},
	"resolve changes neither owner, event nor times": func(t *testing.T, p Ports) {
		e := newEffect()
		intend(t, p, e)
		given := resolved(e, event.EffectDone)
		given.Event, given.Lease, given.Expires = "evt_other", now.Add(time.Hour), now.AddDate(1, 0, 0)
		noError(t, p.Ledger.Resolve(t.Context(), given))
		same(t, resolved(e, event.EffectDone), effect(t, p, e))
	},
}
