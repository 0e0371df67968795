package stripetest

import (
	"maps"
	"reflect"
	"strings"
	"time"
)

// month is the period of a subscription.
const month = 30 * 24 * time.Hour

// Subscription is one as Stripe has it. Fields are changed in Update.
type Subscription struct {
	Life         *Life
	ID, Status   string
	Invoice      string
	Products     []string
	Quantities   map[string]any // by product; 1 without one, nil for a metered item
	Begin, End   time.Time      // of the period
	CancelAt     time.Time      // zero is never, or End if CancelsAtEnd
	CancelsAtEnd bool
	Paused       bool // its collection
	Partial      bool // the events contain a part of the items
	Ended        time.Time

	began, trial time.Time
}

// Subscribe begins a subscription to the products with a period of 30 days; an
// id of "" is a new one.
func (l *Life) Subscribe(id, status string, products ...string) *Subscription {
	l.next()
	if id == "" {
		id = l.ID("sub_")
	}
	s := &Subscription{
		Life: l, ID: id, Status: status, Products: products, Invoice: l.ID("in_"),
		Begin: l.Now, End: l.Now.Add(month), began: l.Now,
	}
	if status == "trialing" {
		s.trial = s.End
	}
	l.sample("customer.subscription.created", s.object(), nil)
	l.step()
	return s
}

// Update changes the subscription and reports it with what was before.
func (s *Subscription) Update(change func(*Subscription)) *Subscription {
	return s.UpdateAs("", change)
}

// UpdateAs is Update with the id of the event; "" is a new one.
func (s *Subscription) UpdateAs(event string, change func(*Subscription)) *Subscription {
	s.Life.next()
	before := s.object()
	change(s)
	after, previous := s.object(), Object{}
	for name, v := range before {
		if !reflect.DeepEqual(v, after[name]) {
			previous[name] = v
		}
	}
	const kind = "customer.subscription.updated"
	s.Life.add(Event{ID: event, Type: kind, Object: s.Life.over(kind, after), Previous: previous})
	s.Life.step()
	return s
}

// Turn changes the status.
func (s *Subscription) Turn(status string) *Subscription {
	return s.Update(func(s *Subscription) { s.Status = status })
}

// Renew begins the next period, paid.
func (s *Subscription) Renew() *Subscription {
	return s.Update(func(s *Subscription) {
		s.Status, s.Begin, s.End, s.Invoice = "active", s.End, s.End.Add(month), s.Life.ID("in_")
	})
}

// Cancel ends it.
func (s *Subscription) Cancel() *Subscription {
	s.Life.next()
	s.Status, s.Ended = "canceled", s.Life.Now
	s.Life.sample("customer.subscription.deleted", s.object(), nil)
	s.Life.step()
	return s
}

// Extend moves the end of the trial, and of the period with it. It is for Update.
func (s *Subscription) Extend(by time.Duration) {
	s.trial, s.End = s.trial.Add(by), s.End.Add(by)
}

// Send is a step of one event customer.subscription.KIND without a change.
func (s *Subscription) Send(kind string) *Subscription { return s.SendAs("", kind) }

// SendAs is Send with the id of the event.
func (s *Subscription) SendAs(event, kind string) *Subscription {
	kind = "customer.subscription." + kind
	s.Life.next()
	s.Life.add(Event{ID: event, Type: kind, Object: s.Life.over(kind, s.object())})
	s.Life.step()
	return s
}

// Wait lets time pass.
func (s *Subscription) Wait(d time.Duration) *Subscription {
	s.Life.Wait(d)
	return s
}

// object is the subscription in the life's version.
func (s *Subscription) object() Object {
	o := Object{
		"id": s.ID, "customer": s.Life.Customer, "status": s.Status, "created": s.began.Unix(), "start_date": s.began.Unix(),
		"latest_invoice": s.Invoice, "cancel_at_period_end": s.CancelsAtEnd, "cancel_at": unix(s.cancelAt()), "canceled_at": unix(s.Ended),
		"ended_at": unix(s.Ended), "pause_collection": nil, "trial_start": nil, "trial_end": unix(s.trial), "pending_update": nil,
		"currency": s.Life.currency(), "items": Object{"object": "list", "has_more": s.Partial, "data": s.items()},
	}
	if s.Life.Version.HasPeriodInSubscription() {
		maps.Copy(o, s.period())
	}
	if s.Paused {
		o["pause_collection"] = Object{"behavior": "void", "resumes_at": nil}
	}
	if !s.trial.IsZero() {
		o["trial_start"] = s.began.Unix()
	}
	if s.Ended.IsZero() && !s.cancelAt().IsZero() {
		o["canceled_at"] = s.began.Unix()
	}
	return o
}

func (s *Subscription) cancelAt() time.Time {
	if s.CancelAt.IsZero() && s.CancelsAtEnd {
		return s.End
	}
	return s.CancelAt
}

func (s *Subscription) items() []any {
	var all []any
	for _, p := range s.Products {
		item := Object{
			"id": "si_" + suffix(s.ID) + suffix(p), "object": "subscription_item", "quantity": s.quantity(p), "subscription": s.ID, "metadata": Object{},
			"price": Object{"id": "price_" + suffix(p), "object": "price", "product": p, "active": true},
		}
		if !s.Life.Version.HasPeriodInSubscription() {
			maps.Copy(item, s.period())
		}
		all = append(all, item)
	}
	return all
}

func (s *Subscription) quantity(product string) any {
	if n, ok := s.Quantities[product]; ok {
		return n
	}
	return 1
}

func (s *Subscription) period() Object {
	return Object{"current_period_start": s.Begin.Unix(), "current_period_end": s.End.Unix()}
}

func unix(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.Unix()
}

// suffix is an id without its prefix.
func suffix(id string) string { return id[strings.LastIndexByte(id, '_')+1:] }
