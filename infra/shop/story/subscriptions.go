package story

import (
	"time"

	"github.com/payhooks/payhooks/internal/stripetest"
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
// within the minute in which they happen, so that what they promise holds as
// long as their grace and periods run: for days.
var subscriptions = []scenario{
	{"subscribed", subscriber(func(a *author) { a.subscribe("active").grants(true) })},
	{"paid at the second try", subscriber(func(a *author) { a.subscribe("incomplete").turn("active").grants(true) })},
	{"never paid", subscriber(func(a *author) { a.subscribe("incomplete").turn("incomplete_expired").end().grants(false) })},
	{"on trial", subscriber(func(a *author) { a.subscribe("trialing").trialEnding().grants(true) })},
	{"on trial, canceled already", subscriber(func(a *author) {
		a.subscribe("trialing").change(func(s *stripetest.Subscription) { s.CancelsAtEnd = true }).lastDays().grants(true)
	})},
	{"trial over before its notice", subscriber(func(a *author) {
		a.story.Mails["trial_ending"] = [2]int{0, 1} // sent if its event comes first
		a.subscribe("trialing").lastDays().renew().grants(true)
	})},
	{"trial over and paid", subscriber(func(a *author) { a.subscribe("trialing").renew().grants(true) })},
	{"trial over, paused", subscriber(func(a *author) { a.subscribe("trialing").pause().grants(false) })},
	{"renewed", subscriber(func(a *author) { a.subscribe("active").renew().renew().grants(true) })},
	{"past due", subscriber(func(a *author) { a.subscribe("active").renew().turn("past_due").graceFrom(a.life.Now).grants(true) })},
	{"past due for too long", subscriber(func(a *author) { a.earlier(10*day, (*author).longPastDue) })},
	{"past due, then paid", subscriber(func(a *author) { a.subscribe("active").turn("past_due").turn("active").grants(true) })},
	{"unpaid", subscriber(func(a *author) { a.subscribe("active").turn("past_due").turn("unpaid").grants(false) })},
	{"collection paused", subscriber(func(a *author) {
		a.subscribe("active").change(func(s *stripetest.Subscription) { s.Paused = true }).grants(true)
	})},
	{"cancels at the period's end", subscriber(func(a *author) {
		a.subscribe("active").change(func(s *stripetest.Subscription) { s.CancelsAtEnd = true }).grants(true)
	})},
	{"canceled", subscriber(func(a *author) { a.subscribe("active").turn("active").cancel().grants(false) })},
	{"upgraded", subscriber((*author).upgraded)},
	{"two subscriptions, one canceled", subscriber((*author).twoSubscriptions)},
	{"features", subscriber((*author).features)},
}

// Subscribers returns n stories of subscriptions in turn, in the given API
// version. The first event happened at begin, those of "past due for too long"
// ten days earlier. They have no orders.
func Subscribers(seed uint64, n int, version string, begin time.Time) []Story {
	return write(subscriptions, seed, n, version, begin)
}

// subscriber is a story without an order.
func subscriber(happen func(*author)) func(*author) {
	return func(a *author) {
		a.story.Order = Order{}
		happen(a)
	}
}

// subscription is one of the current story.
type subscription struct {
	*stripetest.Subscription
	a     *author
	shown time.Time // until when access must be shown
}

func (a *author) subscribe(status string) *subscription {
	s := a.life.Subscribe("", status, a.id("prod_"))
	return &subscription{s, a, s.End}
}

func (s *subscription) change(how func(*stripetest.Subscription)) *subscription {
	s.Update(how)
	return s
}

func (s *subscription) turn(status string) *subscription {
	if status != "active" && status != "past_due" {
		s.shown = time.Time{}
	}
	s.Turn(status)
	return s
}

func (s *subscription) renew() *subscription {
	s.shown = s.Renew().End
	return s
}

func (s *subscription) pause() *subscription {
	s.turn("paused").Send("paused")
	return s
}

func (s *subscription) trialEnding() *subscription {
	s.a.mails("trial_ending", 1)
	return s.lastDays()
}

// lastDays is Stripe's announcement of the trial's end.
func (s *subscription) lastDays() *subscription {
	s.Send("trial_will_end")
	return s
}

func (s *subscription) cancel() *subscription {
	s.shown = s.Cancel().Ended
	return s
}

// end is for a subscription that the last event ended.
func (s *subscription) end() *subscription { s.shown = s.a.life.Now; return s }

// graceFrom says since when it is past due.
func (s *subscription) graceFrom(at time.Time) *subscription { s.shown = at.Add(7 * day); return s }

func (s *subscription) grants(granted bool) {
	s.a.story.Access = append(s.a.story.Access, Access{
		Customer: s.a.story.Customer, Product: s.Products[0], Granted: granted, Until: s.shown.Truncate(time.Second),
	})
}

// earlier lets something happen so long before.
func (a *author) earlier(by time.Duration, happen func(*author)) {
	now := a.life.Now
	a.life.Now = now.Add(-by)
	happen(a)
	a.life.Now = now
}

func (a *author) longPastDue() {
	s := a.subscribe("active").renew().turn("past_due")
	s.graceFrom(a.life.Now).change(func(s *stripetest.Subscription) { s.Invoice = a.id("in_") }).grants(false)
}

func (a *author) upgraded() {
	a.subscribe("active").replace(a.id("prod_")).grants(true)
}

func (a *author) twoSubscriptions() {
	s := a.subscribe("active")
	other := a.subscribe("active").replace(s.Products[0])
	s.cancel()
	other.grants(true)
}

// replace puts another product into the subscription; the old one is revoked.
func (s *subscription) replace(product string) *subscription {
	s.a.story.Access = append(s.a.story.Access, Access{Customer: s.a.story.Customer, Product: s.Products[0]})
	return s.change(func(s *stripetest.Subscription) { s.Products = []string{product} })
}

func (a *author) features() {
	a.life.Entitle(false, "seats", "sso").Entitle(false, "sso", "api")
	for _, f := range []string{"api", "seats", "sso"} {
		a.story.Access = append(a.story.Access, Access{Customer: a.story.Customer, Feature: f, Granted: f != "seats"})
	}
}
