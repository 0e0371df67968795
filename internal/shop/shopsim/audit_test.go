package shopsim_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/stripetest"
)

func TestAuditAgreesWithTheShopAndAsksStripeNothing(t *testing.T) {
	for seed := range uint64(4) {
		s := newWhole(t)
		bodies := s.happen()
		rng := rand.New(rand.NewPCG(seed, 1))
		if seed > 0 {
			rng.Shuffle(len(bodies), func(i, j int) { bodies[i], bodies[j] = bodies[j], bodies[i] })
		}
		for _, body := range bodies {
			s.post(body)
		}
		for _, list := range lists {
			if s.asked[list] == 0 {
				t.Errorf("nothing was read from %s", list)
			}
		}
		first := s.audit("as it was")
		s.answer = s.otherwise
		s.audit("everything changed at Stripe")
		s.answer = fails
		s.audit("Stripe is down")
		s.key = ""
		s.audit("the key is gone")
		t.Logf("seed %d: %d events, %d requests, %d rows", seed, len(bodies), s.asked["all"], first.Checked)
		if first.Checked < 50 {
			t.Errorf("%d rows checked", first.Checked)
		}
	}
}

func TestAuditAgreesWithAShopThatHadNoKey(t *testing.T) {
	s := newWhole(t)
	key := s.key
	s.key = ""
	bodies := s.happen()
	for _, body := range bodies {
		s.post(body)
	}
	if s.asked["all"] != 0 {
		t.Fatalf("%d requests without a key", s.asked["all"])
	}
	s.key = key
	first := s.audit("there is a key now")
	t.Logf("%d events, %d rows", len(bodies), first.Checked)
	if first.Checked < 40 {
		t.Errorf("%d rows checked", first.Checked)
	}
}

// happen returns every sample and the events of a few lives in each API version,
// whose objects Stripe has.
func (s *whole) happen() (bodies [][]byte) {
	n := 0
	for _, body := range stripetest.Samples() {
		n++
		var e map[string]any
		if err := json.Unmarshal(body, &e); err != nil {
			s.t.Fatal(err)
		}
		e["id"] = fmt.Sprint("evt_sample_", n) // a type may have one in each version
		bodies = append(bodies, marshal(s.t, e))
	}
	for i, version := range stripetest.Versions {
		l := stripetest.New(version)
		l.Lean, l.After, l.Customer = true, time.Minute, fmt.Sprint("cus_whole", i)
		counted := map[string]int{}
		l.NewID = func(prefix string) string {
			counted[prefix]++
			return fmt.Sprint(prefix, "whole", i, "n", counted[prefix])
		}
		s.live(l)
		for _, e := range l.Events {
			bodies = append(bodies, e.Body())
		}
	}
	for _, body := range bodies {
		if err := s.api.PutEvents("", body); err != nil {
			s.t.Fatal(err)
		}
	}
	return bodies
}

// live is a life that needs each of Stripe's lists.
func (s *whole) live(l *stripetest.Life) {
	u := l.Subscribe("", "active", "prod_a")
	u.Update(func(u *stripetest.Subscription) { u.Partial = true }).Turn("past_due").Renew()
	for _, p := range []string{"a", "b", "c"} {
		s.has(stripetest.Object{
			"id": u.ID + p, "object": "subscription_item", "subscription": u.ID, "quantity": 1, "_livemode": true,
			"price": stripetest.Object{"id": "price_" + p, "object": "price", "product": "prod_" + p},
		})
		s.has(stripetest.Object{
			"id": "ent_" + l.Customer + p, "object": "entitlements.active_entitlement", "feature": "feat_" + p, "lookup_key": p,
			"_customer": l.Customer, "_livemode": true, "livemode": true,
		})
	}
	l.Entitle(true, "a").Entitle(false, "b")
	p := l.Payment(stripetest.Payment{}).Create().Decline().Pay().Checkout("completed", "complete", "paid")
	p.Refund(l.ID("re_"), 300)
	dispute := l.ID("dp_")
	p.Dispute("created", dispute, 300, "needs_response").Dispute("closed", dispute, 300, "won")
	l.Payment(stripetest.Payment{}).Authorize().Capture(400, true)
	invoice := l.ID("in_")
	s.has(stripetest.Object{
		"id": l.ID("inpay_"), "object": "invoice_payment", "invoice": invoice, "status": "paid", "amount_paid": 1000, "currency": "usd",
		"livemode": true, "payment": stripetest.Object{"type": "payment_intent", "payment_intent": p.ID},
	})
	l.Send("invoice.paid", stripetest.Object{
		"id": invoice, "status": "paid", "customer": l.Customer, "currency": "usd", "total": 1000, "amount_due": 1000, "amount_paid": 1000, "amount_remaining": 0,
	}, nil)
	l.Send("payout.created", stripetest.Object{"id": l.ID("po_")}, nil)
}

// has puts an object into Stripe.
func (s *whole) has(o stripetest.Object) {
	if err := s.api.Put("", marshal(s.t, o)); err != nil {
		s.t.Fatal(err)
	}
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return body
}
