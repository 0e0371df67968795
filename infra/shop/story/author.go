package story

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/stripetest"
)

// object is a JSON object.
type object = stripetest.Object

// author writes one story after the other.
type author struct {
	version string
	seed    uint64
	rng     *rand.Rand
	life    *stripetest.Life    // of the current story's customer
	pay     *stripetest.Payment // that the current story is about
	moves   []object            // balance transactions of its dispute
	story   Story
}

// currencies with amounts as Stripe sends them: KWD 5.000, ISK 500.
var currencies = []struct {
	code   string
	amount int64
}{{"usd", 4900}, {"eur", 12050}, {"jpy", 500}, {"gbp", 2599}, {"kwd", 5000}, {"isk", 50000}}

// begin starts story i at the time.
func (a *author) begin(i int, at time.Time) {
	a.rng = rand.New(rand.NewPCG(a.seed, 4+uint64(i))) //nolint:gosec // made-up data
	c := currencies[a.rng.IntN(len(currencies))]
	a.live(at)
	reference := fmt.Sprintf("order-%04d", i+1)
	a.pay = a.life.Payment(stripetest.Payment{
		ID: a.id("pi_"), Charge: a.id("ch_"), Session: a.id("cs_test_"), Amount: c.amount, Currency: c.code,
		Reference: reference, Client: reference,
	})
	// Of one version: a recipient gets one notice of failed payments a day.
	email := fmt.Sprintf("customer-%d-%s@example.com", i+1, a.version[:4])
	a.life.Customer, a.life.Email, a.life.Currency = a.id("cus_"), email, c.code
	// The samples all have one card, and customers who share it would look like
	// one who tests cards.
	a.life.Card = "card" + strings.TrimPrefix(a.life.Customer, "cus_")
	a.moves = nil
	a.story = Story{
		Customer: a.life.Customer,
		Email:    a.life.Email,
		Order:    Order{ID: a.pay.ID, Reference: reference, Status: "paid", Currency: c.code, Amount: c.amount, Paid: c.amount},
		Mails:    map[string][2]int{},
		Says:     map[string]string{},
		Books:    Books{},
		Objects:  []Object{{"id": a.life.Customer, "object": "customer", "email": a.life.Email, "livemode": false}},
	}
}

// live begins a life in test mode, of an event a second.
func (a *author) live(at time.Time) {
	a.life = &stripetest.Life{
		Version: rendered(a.version), Now: at, NewID: a.id, Before: func() time.Duration { return time.Second },
	}
}

// end returns the story with its events.
func (a *author) end(title string) Story {
	a.story.Title = title
	for _, e := range a.life.Events {
		a.story.Events = append(a.story.Events, Event{e.ID, e.Type, e.Body()})
	}
	return a.story
}

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// id ends in the version's year, so that those of two versions differ.
func (a *author) id(prefix string) string {
	var b strings.Builder
	b.WriteString(prefix)
	for range 20 {
		b.WriteByte(letters[a.rng.IntN(len(letters))])
	}
	return b.String() + a.version[:4]
}

// mails notes that exactly n mails of the kind must be sent.
func (a *author) mails(kind string, n int) { a.story.Mails[kind] = [2]int{n, n} }
