package porttest

import (
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

func begin(t *testing.T, p Ports, ref event.DeliveryRef) (event.Stored, event.Delivery) {
	t.Helper()
	b := beginAny(t, p, ref)
	noError(t, b.Err)
	return b.Stored, b.Delivery
}

func beginAny(t *testing.T, p Ports, ref event.DeliveryRef) event.Begun {
	t.Helper()
	all := p.Ledger.Begin(t.Context(), []event.DeliveryRef{ref})
	same(t, 1, len(all))
	return all[0]
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
		b := beginAny(t, p, c.DeliveryRef)
		isError(t, event.ErrNotFound, b.Err)
		same(t, want, b.Delivery)
		ref := newRef()
		b = beginAny(t, p, ref)
		isError(t, event.ErrNotFound, b.Err)
		same(t, event.Delivery{Event: ref.Event, Action: ref.Action}, b.Delivery)
	},
	"a batch is in the order of its refs, each with its own result": func(t *testing.T, p Ports) {
		e, c, erased, lone := newEvent(), newClaim(), newEvent(), newClaim()
		put(t, p, e)
		put(t, p, erased)
		noError(t, p.Erasure.EraseItem(t.Context(), event.Stored{Event: erased, Expires: now.Add(time.Hour)}, now))
		c.Event = e.ID
		claimed, alone := claim(t, p, c), claim(t, p, lone)
		other := event.DeliveryRef{Action: "send-receipt", Event: e.ID}
		got := p.Ledger.Begin(t.Context(), []event.DeliveryRef{
			{Action: action, Event: erased.ID}, other, c.DeliveryRef, {Action: "a#b", Event: e.ID}, lone.DeliveryRef, c.DeliveryRef,
		})
		same(t, 6, len(got))
		isError(t, event.ErrErased, got[0].Err)
		same(t, event.Delivery{Event: e.ID, Action: other.Action}, got[1].Delivery)
		isError(t, event.ErrInvalid, got[3].Err)
		isError(t, event.ErrNotFound, got[4].Err)
		same(t, alone, got[4].Delivery)
		for _, i := range []int{1, 2, 5} {
			noError(t, got[i].Err)
			same(t, get(t, p, e.ID), got[i].Stored)
		}
		same(t, claimed, got[2].Delivery)
		same(t, claimed, got[5].Delivery)
	},
	"more than one batch begins": func(t *testing.T, p Ports) {
		var refs []event.DeliveryRef
		for i := range 120 {
			e := newEvent()
			if i%2 == 0 {
				put(t, p, e)
			}
			refs = append(refs, event.DeliveryRef{Action: action, Event: e.ID})
		}
		for i, b := range p.Ledger.Begin(t.Context(), refs) {
			same(t, refs[i], b.Delivery.Ref())
			if i%2 == 0 {
				noError(t, b.Err)
				same(t, refs[i].Event, b.Stored.ID)
			} else {
				isError(t, event.ErrNotFound, b.Err)
			}
		}
		same(t, 0, len(p.Ledger.Begin(t.Context(), nil)))
	},
	"name that is no key is ErrInvalid": func(t *testing.T, p Ports) {
		for _, ref := range []event.DeliveryRef{
			{Action: "a#b", Event: "evt_1"},
			{Action: "a", Event: "evt_1#payload"},
			{Action: "a"},
			{Action: "a", Event: strings.Repeat("x", 1024)},
		} {
			isError(t, event.ErrInvalid, beginAny(t, p, ref).Err)
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
