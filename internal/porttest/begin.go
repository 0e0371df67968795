package porttest

import (
	"strings"
	"testing"

	"github.com/payhooks/payhooks/internal/event"
)

func begin(t *testing.T, p Ports, ref event.DeliveryRef) (event.Stored, event.Delivery) {
	t.Helper()
	s, d, err := p.Ledger.Begin(t.Context(), ref)
	noError(t, err)
	return s, d
}

var beginTests = map[string]func(*testing.T, Ports){
	"event and delivery come together": func(t *testing.T, p Ports) {
		e, c := newEvent(), newClaim()
		put(t, p, e)
		c.Event = e.ID
		want := claim(t, p, c)
		s, d := begin(t, p, c.DeliveryRef)
		same(t, get(t, p, e.ID), s)
		same(t, want, d)
	},
	"delivery without a record has no state": func(t *testing.T, p Ports) {
		e := newEvent()
		put(t, p, e)
		ref := event.DeliveryRef{Action: action, Event: e.ID}
		s, d := begin(t, p, ref)
		same(t, e, s.Event)
		same(t, event.Delivery{Event: e.ID, Action: action}, d)
	},
	"another action's record is not returned": func(t *testing.T, p Ports) {
		e, c := newEvent(), newClaim()
		put(t, p, e)
		c.Event = e.ID
		claim(t, p, c)
		_, d := begin(t, p, event.DeliveryRef{Action: "send-receipt", Event: e.ID})
		same(t, event.State(""), d.State)
	},
	"delivery is valid although its event is missing": func(t *testing.T, p Ports) {
		c := newClaim()
		want := claim(t, p, c)
		_, d, err := p.Ledger.Begin(t.Context(), c.DeliveryRef)
		isError(t, event.ErrNotFound, err)
		same(t, want, d)
		ref := newRef()
		_, d, err = p.Ledger.Begin(t.Context(), ref)
		isError(t, event.ErrNotFound, err)
		same(t, event.Delivery{Event: ref.Event, Action: ref.Action}, d)
	},
	"name that is no key is ErrInvalid": func(t *testing.T, p Ports) {
		for _, ref := range []event.DeliveryRef{
			{Action: "a#b", Event: "evt_1"},
			{Action: "a", Event: "evt_1#payload"},
			{Action: "a"},
			{Action: "a", Event: strings.Repeat("x", 1024)},
		} {
			_, _, err := p.Ledger.Begin(t.Context(), ref)
			isError(t, event.ErrInvalid, err)
		}
	},
}

var deliveriesTests = map[string]func(*testing.T, Ports){
	"missing delivery is ErrNotFound": func(t *testing.T, p Ports) {
		for _, ref := range []event.DeliveryRef{newRef(), {}, {Action: "a#b", Event: "evt_1"}} {
			_, err := p.Ledger.Delivery(t.Context(), ref)
			isError(t, event.ErrNotFound, err)
		}
	},
	"deliveries come in the order of refs": func(t *testing.T, p Ports) {
		a := newClaim()
		b, other := a, newClaim()
		b.Action = "send-receipt"
		da, db, dother := claim(t, p, a), claim(t, p, b), claim(t, p, other)
		got, err := p.Ledger.Deliveries(t.Context(), []event.DeliveryRef{b.DeliveryRef, other.DeliveryRef, newRef(), a.DeliveryRef, {}, b.DeliveryRef})
		noError(t, err)
		same(t, []event.Delivery{db, dother, da, db}, got)
	},
	"no refs give no deliveries": func(t *testing.T, p Ports) {
		for _, refs := range [][]event.DeliveryRef{nil, {newRef()}, {{Action: "a#b", Event: "c"}}} {
			got, err := p.Ledger.Deliveries(t.Context(), refs)
			noError(t, err)
			same(t, 0, len(got))
		}
	},
	"more than one batch of deliveries": func(t *testing.T, p Ports) {
		var refs []event.DeliveryRef
		var want []event.Delivery
		for i := range 230 {
			ref := newRef()
			refs = append(refs, ref)
			if i%2 == 0 {
				noError(t, p.Ledger.Ensure(t.Context(), event.Ensured{DeliveryRef: ref, Now: now, Expires: now}))
				want = append(want, delivery(t, p, ref))
			}
		}
		got, err := p.Ledger.Deliveries(t.Context(), refs)
		noError(t, err)
		same(t, want, got)
	},
}
