package story

import (
	"maps"
	"reflect"
	"time"
)

// Access is what `payhooks access` must show in the end.
type Access struct {
	Customer string
	Product  string
	Feature  string
	Granted  bool
	Until    time.Time // zero where there is none
}

const day = 24 * time.Hour

// subscriptions are lives of some. Most end
// within the minute in which they are told, so that what they promise holds as
// long as their grace and periods run: for days.
var subscriptions = []scenario{
	{"subscribed", subscriber(func(t *teller) { t.subscribe("active").grants(true) })},
	{"paid at the second try", subscriber(func(t *teller) { t.subscribe("incomplete").turn("active").grants(true) })},
	{"never paid", subscriber(func(t *teller) { t.subscribe("incomplete").turn("incomplete_expired").end().grants(false) })},
	{"on trial", subscriber(func(t *teller) { t.subscribe("trialing").trialEnding().grants(true) })},
	{"trial over and paid", subscriber(func(t *teller) { t.subscribe("trialing").renew().grants(true) })},
	{"trial over, paused", subscriber(func(t *teller) { t.subscribe("trialing").pause().grants(false) })},
	{"renewed", subscriber(func(t *teller) { t.subscribe("active").renew().renew().grants(true) })},
	{"past due", subscriber(func(t *teller) { t.subscribe("active").renew().turn("past_due").graceFrom(t.now).grants(true) })},
	{"past due for too long", subscriber(func(t *teller) { t.earlier(10*day, (*teller).longPastDue) })},
	{"past due, then paid", subscriber(func(t *teller) { t.subscribe("active").turn("past_due").turn("active").grants(true) })},
	{"unpaid", subscriber(func(t *teller) { t.subscribe("active").turn("past_due").turn("unpaid").grants(false) })},
	{"collection paused", subscriber(func(t *teller) { t.subscribe("active").change(func(s *subscription) { s.held = true }).grants(true) })},
	{"cancels at the period's end", subscriber(func(t *teller) { t.subscribe("active").change(func(s *subscription) { s.cancels = true }).grants(true) })},
	{"canceled", subscriber(func(t *teller) { t.subscribe("active").turn("active").cancel().grants(false) })},
	{"upgraded", subscriber((*teller).upgraded)},
	{"two subscriptions, one canceled", subscriber((*teller).twoSubscriptions)},
	{"features", subscriber((*teller).features)},
}

// Subscribers tells n stories of subscriptions in turn, in the given API
// version. The first event happened at begin, those of "past due for too long"
// ten days earlier. They have no orders.
func Subscribers(seed uint64, n int, version string, begin time.Time) []Story {
	return told(subscriptions, seed, n, version, begin)
}

// subscriber is a story without an order.
func subscriber(tell func(*teller)) func(*teller) {
	return func(t *teller) {
		t.story.Order = Order{}
		tell(t)
	}
}

// subscription is one as Stripe has it.
type subscription struct {
	t                    *teller
	id, status           string
	item, product        string
	invoice              string
	start, until         time.Time // of the period
	shown                time.Time // what access must show as until
	began, ended         time.Time
	held, cancels, trial bool
}

func (t *teller) subscribe(status string) *subscription {
	began := t.now.Add(time.Second)
	s := &subscription{
		t: t, id: t.id("sub_"), status: status, item: t.id("si_"), product: t.id("prod_"), invoice: t.id("in_"),
		start: began, until: began.Add(30 * day), began: began, trial: status == "trialing",
	}
	s.shown = s.until
	s.tell("customer.subscription.created", nil)
	return s
}

func (s *subscription) tell(kind string, previous object) *subscription {
	s.t.event(kind, s.render(), previous)
	return s
}

// render is the object as the story's API version has it.
func (s *subscription) render() object {
	item := object{
		"id": s.item, "object": "subscription_item", "quantity": 1, "subscription": s.id, "metadata": object{},
		"price": object{"id": "price_" + s.product[5:], "object": "price", "product": s.product, "active": true},
	}
	period := object{"current_period_start": s.start.Unix(), "current_period_end": s.until.Unix()}
	o := object{
		"id": s.id, "customer": s.t.story.Customer, "status": s.status, "created": s.began.Unix(), "start_date": s.began.Unix(),
		"latest_invoice": s.invoice, "cancel_at_period_end": s.cancels, "cancel_at": nil, "canceled_at": nil, "ended_at": nil,
		"pause_collection": nil, "trial_start": nil, "trial_end": nil, "pending_update": nil, "currency": s.t.pay.currency,
	}
	if s.t.latest() {
		maps.Copy(item, period)
	} else {
		maps.Copy(o, period)
	}
	o["items"] = object{"object": "list", "has_more": false, "data": []any{item}}
	if s.held {
		o["pause_collection"] = object{"behavior": "void", "resumes_at": nil}
	}
	if s.cancels {
		o["cancel_at"], o["canceled_at"] = s.until.Unix(), s.began.Unix()
	}
	if s.trial {
		o["trial_start"], o["trial_end"] = s.began.Unix(), s.began.Add(30*day).Unix()
	}
	if !s.ended.IsZero() {
		o["ended_at"], o["canceled_at"] = s.ended.Unix(), s.ended.Unix()
	}
	return o
}

// change tells of a change with what was before.
func (s *subscription) change(how func(*subscription)) *subscription {
	before := s.render()
	how(s)
	previous := object{}
	for k, v := range s.render() {
		if !reflect.DeepEqual(v, before[k]) {
			previous[k] = before[k]
		}
	}
	return s.tell("customer.subscription.updated", previous)
}

func (s *subscription) turn(status string) *subscription {
	if status != "active" && status != "past_due" {
		s.shown = time.Time{}
	}
	return s.change(func(s *subscription) { s.status = status })
}

func (s *subscription) renew() *subscription {
	return s.change(func(s *subscription) {
		s.status, s.start, s.until, s.invoice = "active", s.until, s.until.Add(30*day), s.t.id("in_")
		s.shown = s.until
	})
}

func (s *subscription) pause() *subscription {
	return s.turn("paused").tell("customer.subscription.paused", nil)
}

func (s *subscription) trialEnding() *subscription {
	s.t.mails("trial_ending", 1)
	return s.tell("customer.subscription.trial_will_end", nil)
}

func (s *subscription) cancel() *subscription {
	s.status, s.ended = "canceled", s.t.now.Add(time.Second)
	s.shown = s.ended
	return s.tell("customer.subscription.deleted", nil)
}

// end is for a subscription that the last event ended.
func (s *subscription) end() *subscription { s.shown = s.t.now; return s }

// graceFrom says since when it is past due.
func (s *subscription) graceFrom(at time.Time) *subscription { s.shown = at.Add(7 * day); return s }

func (s *subscription) grants(granted bool) {
	s.t.story.Access = append(s.t.story.Access, Access{
		Customer: s.t.story.Customer, Product: s.product, Granted: granted, Until: s.shown.Truncate(time.Second),
	})
}

// earlier tells something that happened so long before.
func (t *teller) earlier(by time.Duration, tell func(*teller)) {
	now := t.now
	t.now = now.Add(-by)
	tell(t)
	t.now = now
}

func (t *teller) longPastDue() {
	s := t.subscribe("active").renew().turn("past_due")
	s.graceFrom(t.now).change(func(s *subscription) { s.invoice = t.id("in_") }).grants(false)
}

func (t *teller) upgraded() {
	t.subscribe("active").replace(t.id("si_"), t.id("prod_")).grants(true)
}

func (t *teller) twoSubscriptions() {
	s := t.subscribe("active")
	other := t.subscribe("active").replace(t.id("si_"), s.product)
	s.cancel()
	other.grants(true)
}

// replace puts another product into the subscription; the old one is revoked.
func (s *subscription) replace(item, product string) *subscription {
	s.t.story.Access = append(s.t.story.Access, Access{Customer: s.t.story.Customer, Product: s.product})
	return s.change(func(s *subscription) { s.item, s.product = item, product })
}

func (t *teller) features() {
	t.entitled("seats", "sso")
	t.entitled("sso", "api")
	for _, f := range []string{"api", "seats", "sso"} {
		t.story.Access = append(t.story.Access, Access{Customer: t.story.Customer, Feature: f, Granted: f != "seats"})
	}
}

func (t *teller) entitled(features ...string) {
	kind, name := "entitlements.active_entitlement_summary.updated", "entitlements.active_entitlement_summary"
	if !t.latest() {
		kind, name = "customer.entitlement_summary.updated", "customer_entitlement_summary"
	}
	var data []any
	for _, f := range features {
		data = append(data, object{"id": t.id("ent_"), "object": "entitlements.active_entitlement", "feature": t.id("feat_"), "lookup_key": f, "livemode": false})
	}
	t.event(kind, object{
		"id": nil, "object": name, "customer": t.story.Customer, "livemode": false,
		"entitlements": object{"object": "list", "has_more": false, "data": data},
	}, object{})
}
