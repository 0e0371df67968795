package porttest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

func newEffect() event.Effect {
	return event.Effect{
		Key: unique("receipt/pi_"), Action: "send-receipt", State: event.EffectIntended, Owner: unique("owner-"),
		Event: unique("evt_"), Lease: milli(now.Add(time.Minute)), Updated: milli(now),
	}
}

func effect(t *testing.T, p Ports, e event.Effect) event.Effect {
	t.Helper()
	got, err := p.Ledger.Effect(t.Context(), e.Key, e.Action)
	noError(t, err)
	return got
}

func intend(t *testing.T, p Ports, e event.Effect) {
	t.Helper()
	got, err := p.Ledger.Intend(t.Context(), e)
	noError(t, err)
	same(t, e, got)
}

func settled(e event.Effect, s event.EffectState) event.Effect {
	e.State, e.Updated = s, milli(now.Add(time.Second))
	if s == event.EffectDone {
		e.Result = json.RawMessage(`{"id":"msg_1"}`)
	} else {
		e.Error = "no answer"
	}
	return e
}

var effectTests = map[string]func(*testing.T, Ports){
	"a free key is taken": func(t *testing.T, p Ports) {
		e := newEffect()
		_, err := p.Ledger.Effect(t.Context(), e.Key, e.Action)
		isError(t, event.ErrNotFound, err)
		intend(t, p, e)
		same(t, e, effect(t, p, e))
	},
	"a taken key is ErrTaken with the effect as it stands, also for its owner": func(t *testing.T, p Ports) {
		for _, s := range []event.EffectState{event.EffectIntended, event.EffectDone, event.EffectUnknown} {
			e := newEffect()
			intend(t, p, e)
			want := e
			if s != event.EffectIntended {
				want = settled(e, s)
				noError(t, p.Ledger.Resolve(t.Context(), want))
			}
			other := newEffect()
			other.Key = e.Key
			for _, again := range []event.Effect{other, e} {
				got, err := p.Ledger.Intend(t.Context(), again)
				isError(t, event.ErrTaken, err)
				same(t, want, got)
			}
		}
	},
	"of 50 concurrent intents exactly one takes the key": func(t *testing.T, p Ports) {
		key := unique("receipt/")
		errs := make([]error, 50)
		together(50, func(i int) {
			e := newEffect()
			e.Key = key
			_, errs[i] = p.Ledger.Intend(t.Context(), e)
		})
		took := 0
		for _, err := range errs {
			if err == nil {
				took++
			} else {
				isError(t, event.ErrTaken, err)
			}
		}
		same(t, 1, took)
	},
	"a key is taken however long ago its lease ended": func(t *testing.T, p Ports) {
		e := newEffect()
		e.Updated, e.Lease = milli(now.AddDate(-20, 0, 0)), milli(now.AddDate(-20, 0, 1))
		intend(t, p, e)
		other := newEffect()
		other.Key = e.Key
		got, err := p.Ledger.Intend(t.Context(), other)
		isError(t, event.ErrTaken, err)
		same(t, e, got)
	},
	"a released key can be taken again": func(t *testing.T, p Ports) {
		e := newEffect()
		intend(t, p, e)
		noError(t, p.Ledger.Resolve(t.Context(), settled(e, event.EffectNotPerformed)))
		other := newEffect()
		other.Key = e.Key
		intend(t, p, other)
		same(t, other, effect(t, p, other))
		isError(t, event.ErrFenced, p.Ledger.Resolve(t.Context(), settled(e, event.EffectDone)))
	},
	"settle keeps result and error and clears what is gone": func(t *testing.T, p Ports) {
		e := newEffect()
		intend(t, p, e)
		for _, s := range []event.EffectState{event.EffectUnknown, event.EffectDone} {
			want := settled(e, s)
			noError(t, p.Ledger.Resolve(t.Context(), want))
			same(t, want, effect(t, p, e))
		}
	},
	"what is done stays done": func(t *testing.T, p Ports) {
		e := newEffect()
		intend(t, p, e)
		want := settled(e, event.EffectDone)
		noError(t, p.Ledger.Resolve(t.Context(), want))
		for _, s := range []event.EffectState{event.EffectUnknown, event.EffectNotPerformed} {
			isError(t, event.ErrFenced, p.Ledger.Resolve(t.Context(), settled(e, s)))
		}
		same(t, want, effect(t, p, e))
	},
	"nobody settles what another took or nobody did": func(t *testing.T, p Ports) {
		e := newEffect()
		isError(t, event.ErrFenced, p.Ledger.Resolve(t.Context(), settled(e, event.EffectDone)))
		intend(t, p, e)
		other := settled(e, event.EffectDone)
		other.Owner = unique("owner-")
		isError(t, event.ErrFenced, p.Ledger.Resolve(t.Context(), other))
		same(t, e, effect(t, p, e))
	},
	"effects are no deliveries": func(t *testing.T, p Ports) {
		e := newEffect()
		intend(t, p, e)
		ds, err := p.Ledger.Deliveries(t.Context(), "effect#"+e.Key)
		noError(t, err)
		same(t, 0, len(ds))
		noError(t, p.Ledger.Unfinished(t.Context(), event.Waiting, now.AddDate(9, 0, 0), func(d event.Delivery) bool {
			if d.Action == e.Action && d.Event == "effect#"+e.Key {
				t.Error("the effect is listed as unfinished")
			}
			return true
		}))
	},
	"actions do not share keys": func(t *testing.T, p Ports) {
		e := newEffect()
		intend(t, p, e)
		other := e
		other.Action = "grant-access"
		intend(t, p, other)
	},
}
