// Package scenario makes the events that Stripe sends about one thing that happens to
// a customer: several types with the same ids, amounts and times in them.
package scenario

import (
	"cmp"
	"hash/fnv"
	"slices"
	"strconv"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// Scenario is one thing that can happen.
type Scenario struct {
	Name  string
	Title string // what happens, in one line
	run   func(*author)
}

// All are the scenarios.
var All = []Scenario{
	{"payment", "a card payment through Checkout", (*author).payment},
	{"failed-payment", "a card that is declined", (*author).failedPayment},
	{"refund", "a payment, then its refund in full", (*author).refund},
	{"subscription", "a subscription begun and paid through Checkout", (*author).subscription},
	{"dispute", "a payment, then a dispute that takes the money back", (*author).dispute},
}

// Names are the names of the scenarios.
func Names() (names []string) {
	for _, s := range All {
		names = append(names, s.Name)
	}
	return names
}

// Find returns the scenario with the name.
func Find(name string) (Scenario, bool) {
	i := slices.IndexFunc(All, func(s Scenario) bool { return s.Name == name })
	if i < 0 {
		return Scenario{}, false
	}
	return All[i], true
}

// Setting is when, where and in which form a scenario happens.
type Setting struct {
	Version facts.Version
	Scope   event.Scope
	// End is when the last event is created; the others are created a second apart
	// before it.
	End time.Time
	// Random returns n letters and digits, different each time.
	Random func(n int) string
}

// Event is one event ready to be signed and posted.
type Event struct {
	ID, Type string
	Body     []byte
}

// Sequence is one run of a scenario.
type Sequence struct {
	Events []Event // in the order in which they were created
	// Objects are what Stripe's API has besides the objects of the events.
	Objects []map[string]any
}

// Write returns a run of the scenario, with new ids and a new customer.
func (s Scenario) Write(at Setting) Sequence {
	a := begin(at)
	a.life.Wait(-time.Duration(len(s.Types(at.Version))) * tick)
	s.run(a)
	sequence := Sequence{Objects: a.objects}
	for _, e := range a.life.Events {
		sequence.Events = append(sequence.Events, Event{e.ID, e.Type, e.Body()})
	}
	return sequence
}

// Types are the types of the events, in the order of creation.
func (s Scenario) Types(version facts.Version) (types []string) {
	a := begin(Setting{Version: version, End: stripetest.Noon})
	s.run(a)
	for _, e := range a.life.Events {
		types = append(types, e.Type)
	}
	return types
}

// tick is the time between two events.
const tick = time.Second

// author writes one sequence.
type author struct {
	life    *stripetest.Life
	pay     *stripetest.Payment
	objects []map[string]any
}

// begin has a new customer who has done nothing yet.
func begin(at Setting) *author {
	l := stripetest.New(cmp.Or(at.Version, stripetest.Latest))
	l.Scope, l.Now = at.Scope, at.End
	l.Before = func() time.Duration { return tick }
	if at.Random != nil {
		l.NewID = func(prefix string) string { return prefix + at.Random(24) }
	}
	l.Customer = l.ID("cus_")
	number := l.Customer[len("cus_"):]
	l.Email, l.Card = "customer-"+number[:min(6, len(number))]+"@example.com", "card"+number
	a := &author{life: l, objects: []map[string]any{{
		"id": l.Customer, "object": "customer", "email": l.Email, "name": "Jenny Rosen", "livemode": l.Scope.Livemode, "created": at.End.Unix(),
	}}}
	reference := orderNumber(number)
	a.pay = l.Payment(stripetest.Payment{Session: l.ID("cs_test_"), Amount: 2000, Reference: reference, Client: reference})
	return a
}

// orderNumber is one of five digits, the same for the same customer.
func orderNumber(customer string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(customer))
	return strconv.Itoa(10_000 + int(h.Sum32()%90_000))
}
