package porttest

import (
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

var scopes = []event.Scope{
	{Livemode: true}, {}, {Account: "acct_1", Livemode: true}, {Account: "acct_1"}, {Account: "acct_2", Livemode: true},
}

var scopeTests = map[string]func(*testing.T, Ports){
	"one key in each scope is another effect": func(t *testing.T, p Ports) {
		first := newEffect()
		var es []event.Effect
		for _, scope := range scopes {
			e := sameKey(first)
			e.Scope = scope
			intend(t, p, e)
			es = append(es, e)
		}
		want := resolved(es[0], event.EffectDone)
		noError(t, p.Ledger.Resolve(t.Context(), want))
		noError(t, p.Ledger.Extend(t.Context(), want.EffectRef, now.AddDate(1, 0, 0)))
		for _, e := range es[1:] {
			same(t, e, effect(t, p, e))
			foreign := resolved(e, event.EffectDone)
			foreign.Owner = want.Owner
			isError(t, event.ErrFenced, p.Ledger.Resolve(t.Context(), foreign))
		}
	},
	"one key of each action is another effect": func(t *testing.T, p Ports) {
		e := newEffect()
		intend(t, p, e)
		for _, name := range []string{"grant-access", "send", "send-receipt-2"} {
			other := sameKey(e)
			other.Action = name
			intend(t, p, other)
		}
		same(t, e, effect(t, p, e))
	},
	"result is remembered for its scope alone": func(t *testing.T, p Ports) {
		first := remembered(newEffect())
		for _, scope := range scopes {
			e := remembered(sameKey(first))
			e.Scope = scope
			same(t, e, remember(t, p, e))
		}
	},
	"effect is never read as a delivery": func(t *testing.T, p Ports) {
		e := newEffect()
		intend(t, p, e)
		for _, id := range []string{"effect", "effect#live/own#" + e.Key, e.Event} {
			ref := event.DeliveryRef{Action: e.Action, Event: id}
			_, err := p.Ledger.Delivery(t.Context(), ref)
			isError(t, event.ErrNotFound, err)
			ds, err := p.Ledger.Deliveries(t.Context(), []event.DeliveryRef{ref})
			noError(t, err)
			same(t, 0, len(ds))
		}
		for d, err := range event.UnfinishedDeliveries(t.Context(), p.Ledger, event.Waiting, now.AddDate(0, 0, 1)) {
			noError(t, err)
			if d.Action == e.Action && d.Event == e.Event {
				t.Error("the effect is listed as unfinished")
			}
		}
	},
	"subject shared by two scopes relates no events": func(t *testing.T, p Ports) {
		subject := unique("pi_")
		want := map[event.Scope]event.Facts{}
		for _, scope := range scopes {
			e := newEvent()
			e.Scope, e.Subject = scope, subject
			put(t, p, e)
			want[scope] = e.Facts
		}
		for scope, f := range want {
			eventually(t, scope.Text(), func() bool { return len(related(t, p, scope, subject)) == 1 })
			same(t, []event.Facts{f}, related(t, p, scope, subject))
		}
	},
	"stored event keeps its scope": func(t *testing.T, p Ports) {
		for i, scope := range scopes {
			e := newEvent()
			e.Scope, e.Received = scope, milli(now.AddDate(0, 0, 100+i))
			put(t, p, e)
			same(t, scope, get(t, p, e.ID).Scope)
			eventually(t, "the event", func() bool {
				return received(t, p, e.Received, e.Received.Add(time.Millisecond))[e.ID].Scope == scope
			})
		}
	},
}
