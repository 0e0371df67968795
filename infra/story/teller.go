package story

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/payhooks/payhooks/events"
)

// object is a JSON object.
type object = map[string]any

// teller writes one story after the other.
type teller struct {
	version string
	seed    uint64
	rng     *rand.Rand
	now     time.Time // when the next event happens
	story   Story
	pay     payment
}

// payment is what the current story is about.
type payment struct {
	intent, charge, session string
	amount                  int64
	currency                string
	moves                   []object // balance transactions of its dispute
}

// currencies with amounts as Stripe sends them: KWD 5.000, ISK 500.
var currencies = []struct {
	code   string
	amount int64
}{{"usd", 4900}, {"eur", 12050}, {"jpy", 500}, {"gbp", 2599}, {"kwd", 5000}, {"isk", 50000}}

func (t *teller) begin(i int) {
	t.rng = rand.New(rand.NewPCG(t.seed, 4+uint64(i))) //nolint:gosec // made-up data
	c := currencies[t.rng.IntN(len(currencies))]
	t.pay = payment{intent: t.id("pi_"), charge: t.id("ch_"), session: t.id("cs_test_"), amount: c.amount, currency: c.code}
	t.story = Story{
		Customer: t.id("cus_"),
		Email:    fmt.Sprintf("customer-%d@example.com", i+1),
		Order: Order{
			ID: t.pay.intent, Reference: fmt.Sprintf("order-%04d", i+1), Status: "paid",
			Currency: c.code, Amount: c.amount, Paid: c.amount,
		},
		Mails: map[string][2]int{},
		Books: Books{},
	}
	t.story.Objects = []Object{{"id": t.story.Customer, "object": "customer", "email": t.story.Email, "livemode": false}}
}

// mark tells the version's ids and goods from another's.
func (t *teller) mark() string { return t.version[:4] }

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func (t *teller) id(prefix string) string {
	var b strings.Builder
	b.WriteString(prefix)
	for range 20 {
		b.WriteByte(letters[t.rng.IntN(len(letters))])
	}
	return b.String() + t.mark()
}

// latest reports whether the story is told in today's API version.
func (t *teller) latest() bool { return t.version == events.Latest }

// mails notes that exactly n mails of the kind must go out.
func (t *teller) mails(kind string, n int) { t.story.Mails[kind] = [2]int{n, n} }

// event adds one event about the sample's object with fields laid over it.
func (t *teller) event(kind string, fields, previous object) {
	body, err := events.Sample(kind, t.version)
	if err != nil {
		panic(err) // the samples are embedded
	}
	var e struct {
		ID         string  `json:"id"`
		Object     string  `json:"object"`
		APIVersion string  `json:"api_version"`
		Created    int64   `json:"created"`
		Data       object  `json:"data"`
		Livemode   bool    `json:"livemode"`
		Pending    int     `json:"pending_webhooks"`
		Request    *object `json:"request"`
		Type       string  `json:"type"`
	}
	if err := json.Unmarshal(body, &e); err != nil {
		panic(err)
	}
	t.now = t.now.Add(time.Second)
	e.ID, e.Created = t.id("evt_"), t.now.Unix()
	o, _ := e.Data["object"].(object)
	o["created"] = t.now.Unix()
	maps.Copy(o, fields)
	e.Data = object{"object": o}
	if previous != nil {
		e.Data["previous_attributes"] = previous
	}
	if body, err = json.Marshal(e); err != nil {
		panic(err)
	}
	t.story.Events = append(t.story.Events, Event{e.ID, kind, body})
}
