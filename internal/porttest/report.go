package porttest

import (
	"testing"

	"github.com/payhooks/payhooks/internal/event"
)

// reported is a delivery that is finished, with the effect that it had.
func reported(t *testing.T, p Ports) (event.Delivery, event.Effect) {
	t.Helper()
	e := newEffect()
	intend(t, p, e)
	done := resolved(e, event.EffectDone)
	noError(t, p.Ledger.Resolve(t.Context(), done))
	c := newClaim()
	d := claim(t, p, c)
	d.State, d.Outcome, d.Effects = event.Done, "receipt sent", []event.EffectOutcome{{Key: e.Key, State: "done"}}
	noError(t, p.Ledger.Commit(t.Context(), event.Commit{Delivery: d, Claimed: true}))
	return delivery(t, p, c.DeliveryRef), done
}

var reportTests = map[string]func(*testing.T, Ports){
	"report stays with the effect, whichever comes first": func(t *testing.T, p Ports) {
		for _, order := range [][]event.Report{{event.Bounced, event.Complained}, {event.Complained, event.Bounced}, {event.Complained, event.Complained}} {
			_, e := reported(t, p)
			for _, r := range order {
				_, err := p.Ledger.Report(t.Context(), e.EffectRef, r)
				noError(t, err)
			}
			e.Report = event.Complained
			same(t, e, effect(t, p, e))
		}
	},
	"report about what is not done is refused": func(t *testing.T, p Ports) {
		e := newEffect()
		_, err := p.Ledger.Report(t.Context(), e.EffectRef, event.Bounced)
		isError(t, event.ErrNotFound, err)
		intend(t, p, e)
		_, err = p.Ledger.Report(t.Context(), e.EffectRef, event.Bounced)
		isError(t, event.ErrNotFound, err)
		same(t, e, effect(t, p, e))
	},
	"report is kept when an outcome is resolved again": func(t *testing.T, p Ports) {
		_, e := reported(t, p)
		got, err := p.Ledger.Report(t.Context(), e.EffectRef, event.Bounced)
		noError(t, err)
		noError(t, p.Ledger.Resolve(t.Context(), e))
		same(t, got, effect(t, p, e))
	},
	"finished delivery is amended": func(t *testing.T, p Ports) {
		old, e := reported(t, p)
		d := old
		same(t, true, d.Reported(e.Key, event.Bounced))
		noError(t, p.Ledger.Amend(t.Context(), old, d))
		want := old
		want.Outcome, want.Effects = "receipt sent, "+e.Key+" bounced", []event.EffectOutcome{{Key: e.Key, State: "done", Report: event.Bounced}}
		same(t, want, delivery(t, p, old.Ref()))
	},
	"delivery that changed meanwhile is not amended": func(t *testing.T, p Ports) {
		old, e := reported(t, p)
		first, second := old, old
		first.Reported(e.Key, event.Bounced)
		second.Outcome = "another"
		noError(t, p.Ledger.Amend(t.Context(), old, first))
		isError(t, event.ErrConflict, p.Ledger.Amend(t.Context(), old, second))
		same(t, first.Outcome, delivery(t, p, old.Ref()).Outcome)
	},
	"delivery that is not finished is not amended": func(t *testing.T, p Ports) {
		d := claim(t, p, newClaim())
		isError(t, event.ErrConflict, p.Ledger.Amend(t.Context(), d, d))
		d.State, d.Action = event.Done, "another"
		isError(t, event.ErrConflict, p.Ledger.Amend(t.Context(), d, d))
	},
	"reply of either is lost": func(t *testing.T, p Ports) {
		old, e := reported(t, p)
		p.LoseReply()
		_, err := p.Ledger.Report(t.Context(), e.EffectRef, event.Bounced)
		noError(t, err)
		d := old
		d.Reported(e.Key, event.Bounced)
		p.LoseReply()
		noError(t, p.Ledger.Amend(t.Context(), old, d))
	},
}
