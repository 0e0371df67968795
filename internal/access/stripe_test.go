package access

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

const (
	v2023  = "2023-10-16"
	dahlia = "2026-08-26.dahlia"
	day    = 24 * 3600
	start  = 1_790_000_000 // when every story begins
	month  = 30 * day
)

type object = map[string]any

// stripe tells a customer's life as Stripe does in one API version.
type stripe struct {
	t       testing.TB
	version string
	now     int64
	events  []facts.Event
	subs    map[string]*sub
	list    []string // features
}

// sub is one subscription as Stripe has it.
type sub struct {
	s                          *stripe
	id, status, invoice        string
	products                   []string
	end, cancelAt, ended       int64
	cancelAtEnd, paused, trial bool
	more                       bool // the event's list of items is not all
}

func newStripe(t testing.TB, version string) *stripe {
	return &stripe{t: t, version: version, now: start, subs: map[string]*sub{}}
}

// event adds one event; the ids rise, unless the number says otherwise.
func (s *stripe) event(id, kind string, o, previous object) {
	s.t.Helper()
	if id == "" {
		id = fmt.Sprintf("evt_%02d", len(s.events)+1)
	}
	data := object{"object": o}
	if previous != nil {
		data["previous_attributes"] = previous
	}
	body, err := json.Marshal(object{"id": id, "type": kind, "api_version": s.version, "data": data})
	if err != nil {
		s.t.Fatal(err)
	}
	var e facts.Event
	f := event.Facts{ID: id, Type: kind, APIVersion: s.version, Created: time.Unix(s.now, 0).UTC(), Scope: event.Scope{Livemode: true}}
	if err := e.DecodeEvent(f, body); err != nil {
		s.t.Fatal(err)
	}
	s.events = append(s.events, e)
}

// wait lets seconds pass.
func (s *stripe) wait(seconds int64) *stripe { s.now += seconds; return s }

// start begins a subscription with a period of a month.
func (s *stripe) start(id, status string, products ...string) *sub {
	u := &sub{s: s, id: id, status: status, products: products, end: s.now + month, invoice: "in_1", trial: status == "trialing"}
	s.subs[id] = u
	s.event("", "customer.subscription.created", u.render(), nil)
	return u
}

// render is the object in the version of the day.
func (u *sub) render() object {
	var items []any
	for _, p := range u.products {
		item := object{"id": "si_" + p, "price": object{"id": "price_" + p, "product": p}, "quantity": 1}
		if u.s.version != v2023 {
			item["current_period_end"] = u.end
		}
		items = append(items, item)
	}
	o := object{
		"object": "subscription", "id": u.id, "customer": "cus_1", "status": u.status, "latest_invoice": u.invoice,
		"cancel_at_period_end": u.cancelAtEnd, "cancel_at": orNull(u.cancelAt), "ended_at": orNull(u.ended), "pause_collection": nil,
		"items": object{"object": "list", "has_more": u.more, "data": items},
	}
	if u.s.version == v2023 {
		o["current_period_end"] = u.end
	}
	if u.paused {
		o["pause_collection"] = object{"behavior": "void"}
	}
	return o
}

// update changes the subscription and tells it with what was before.
func (u *sub) update(change func(*sub)) *sub { return u.updateAs("", change) }

func (u *sub) updateAs(id string, change func(*sub)) *sub {
	before := u.render()
	change(u)
	after, previous := u.render(), object{}
	for k, v := range before {
		if !reflect.DeepEqual(v, after[k]) {
			previous[k] = v
		}
	}
	u.s.event(id, "customer.subscription.updated", after, previous)
	return u
}

func (u *sub) turn(status string) *sub { return u.update(func(u *sub) { u.status = status }) }

// renew begins the next month.
func (u *sub) renew() *sub {
	return u.update(func(u *sub) { u.end += month; u.invoice += "'" })
}

func (u *sub) cancel() *sub {
	u.status, u.ended = "canceled", u.s.now
	u.s.event("", "customer.subscription.deleted", u.render(), nil)
	return u
}

func (u *sub) wait(seconds int64) *sub { u.s.wait(seconds); return u }

// entitle replaces the customer's features.
func (s *stripe) entitle(more bool, features ...string) *stripe {
	kind, name := "entitlements.active_entitlement_summary.updated", "entitlements.active_entitlement_summary"
	if s.version == v2023 {
		kind, name = "customer.entitlement_summary.updated", "customer_entitlement_summary"
	}
	list := func(features []string) object {
		var data []any
		for _, f := range features {
			data = append(data, object{"id": "ent_" + f, "feature": "feat_" + f, "lookup_key": f})
		}
		return object{"object": "list", "has_more": more, "data": data}
	}
	s.event("", kind, object{"object": name, "customer": "cus_1", "entitlements": list(features)}, object{"entitlements": list(s.list)})
	s.list = features
	return s
}

func orNull(v int64) any {
	if v == 0 {
		return nil
	}
	return v
}

// merged is the row after the events in this order.
func merged(events []facts.Event) (c Customer) {
	for _, e := range events {
		_, id, _ := Key(e)
		c = Merge(c, id, e, 7)
	}
	return c
}

func encoded(t interface{ Fatal(...any) }, v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
