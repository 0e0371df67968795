package inventory

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// tb is what testing.TB and rapid.T share.
type tb interface {
	Helper()
	Fatal(...any)
}

// newCheckout is the n-th of a test; a minute passes before each event.
func newCheckout(version facts.Version, n int) *stripetest.Payment {
	l := stripetest.New(version)
	l.Before = func() time.Duration { return time.Minute }
	ids := map[string]int{}
	l.NewID = func(prefix string) string {
		ids[prefix]++
		return fmt.Sprintf("%s%d_%d", prefix, n, ids[prefix])
	}
	return l.Payment(stripetest.Payment{ID: fmt.Sprint("pi_", n), Session: fmt.Sprint("cs_", n), Currency: "eur"})
}

func paid(p *stripetest.Payment) {
	p.Checkout("completed", "complete", "paid")
	p.Pay()
}

func unpaid(p *stripetest.Payment) { p.Checkout("completed", "complete", "unpaid") }

// refund gives an amount back and returns the refund's id.
func refund(p *stripetest.Payment, amount int64) (id string) {
	id = p.Life.ID("re_")
	p.RefundAs(id, amount, "pending").EndRefund(id, "succeeded")
	return id
}

// withoutPayments drops the events of intents and sales, as of an endpoint that
// does not subscribe to them.
func withoutPayments(p *stripetest.Payment) {
	p.Life.Drop(func(e stripetest.Event) bool {
		return e.Type == "charge.succeeded" || strings.HasPrefix(e.Type, "payment_intent.")
	})
}

// incoming is an event, or the shop's own reservation for a session.
type incoming struct {
	facts.Event
	reserve string
}

// shop is a table in memory: it keeps rows as JSON, as the stores do.
type shop map[string]json.RawMessage

func (s shop) row(t tb, key string, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	s[key] = data
}

// take does what the action does.
func (s shop) take(t tb, e facts.Event, lines []Line) {
	kind, id, err := Key(e)
	if err != nil {
		return
	}
	key := e.Key(kind, id)
	if e.Session == nil {
		var old Payment
		s.read(t, key, &old)
		s.row(t, key, MergePayment(old, id, e))
		return
	}
	var listed *Listing
	if Sells(e) {
		listed = &Listing{lines}
	}
	var old Session
	s.read(t, key, &old)
	s.row(t, key, MergeSession(old, e, listed))
}

func (s shop) read(t tb, key string, v any) {
	if data, ok := s[key]; ok {
		if err := json.Unmarshal(data, v); err != nil {
			t.Fatal(err)
		}
	}
}

// Scan implements Scanner.
func (s shop) Scan(context.Context, string) iter.Seq2[event.Row, error] {
	return func(yield func(event.Row, error) bool) {
		for key, data := range s {
			if !yield(event.Row{Key: key, Version: 1, Data: data}, nil) {
				break
			}
		}
	}
}

// levels is what is not zero, by item: on hand, reserved, back-ordered.
func (s shop) levels(t tb, restock bool) map[string][3]int64 {
	ls, err := Levels(context.Background(), s, Settings{Restock: restock})
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string][3]int64{}
	for _, l := range ls {
		if sum := [3]int64{l.OnHand, l.Reserved, l.BackOrdered}; sum != [3]int64{} {
			sums[l.Item] = sum
		}
	}
	return sums
}

// stock is what a test expects of these sessions, two tees and a cap each.
func stock(supply map[string]int64, states ...state) map[string][3]int64 {
	sums := map[string][3]int64{}
	for item, each := range map[string]int64{"price_tee": 2, "price_cap": 1, "price_mug": 0} {
		var reserves, commits int64
		for _, s := range states {
			switch s {
			case reserved:
				reserves += each
			case committed:
				commits += each
			}
		}
		if sum := [3]int64{max(0, supply[item]-commits), reserves, max(0, commits-supply[item])}; sum != [3]int64{} {
			sums[item] = sum
		}
	}
	return sums
}
