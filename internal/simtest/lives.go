package simtest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// customers are how many lives a schedule has, one of these.
var customers = []int{1, 1, 1, 2, 3}

// payments are what can happen to one; a life has one of these or subscribes.
var payments = []func(*payment){
	func(p *payment) { paid(p); refundFailed(p) },
	func(p *payment) { paid(p); p.refund("", 1000) },
	func(p *payment) { paid(p); disputed(p, "warning_needs_response", "warning_closed") },
	func(p *payment) { paid(p); p.refund("", 300); disputed(p, "needs_response", "lost") },
	func(p *payment) { paid(p); disputed(p, "needs_response", "won") },
	func(p *payment) { authorized(p); p.Capture(1000, true) },
	func(p *payment) { authorized(p); p.Release() },
	func(p *payment) {
		debited(p)
		p.Pay().Checkout("async_payment_succeeded", "complete", "paid")
	},
	func(p *payment) {
		debited(p)
		p.Decline().Checkout("async_payment_failed", "complete", "unpaid")
	},
	func(p *payment) {
		p.Decline().Decline().Decline()
		paid(p)
		p.Warn("created", p.Life.ID("issfr_"), true)
	},
	func(p *payment) { paid(p); reviewed(p) },
}

// payment is one with the refunds that Stripe has of it, as they were at each time:
// old versions report few of them in events.
type payment struct {
	*stripetest.Payment
	refunds []dated
}

// dated is an object of Stripe's from a time on.
type dated struct {
	from   time.Time
	object json.RawMessage
}

func (p *payment) refund(id string, amount int64) {
	if id == "" {
		id = p.Life.ID("re_")
	}
	p.Refund(id, amount)
	p.exists(p.RefundObject(id))
}

// exists: Stripe has the object from now on.
func (p *payment) exists(o stripetest.Object) {
	o["_livemode"] = p.Life.Scope.Livemode
	object, err := json.Marshal(o)
	if err != nil {
		panic(err) // the builder's own objects
	}
	p.refunds = append(p.refunds, dated{p.Life.Now, object})
}

func paid(p *payment) {
	p.Create().Pay().Checkout("completed", "complete", "paid")
}

func authorized(p *payment) {
	p.Authorize().Checkout("completed", "complete", "unpaid")
}

// debited is a payment that takes days to clear.
func debited(p *payment) {
	p.Checkout("completed", "complete", "unpaid").Debit()
}

func disputed(p *payment, opened, closed string) {
	id := p.Life.ID("dp_")
	p.Dispute("created", id, 1000, opened).Dispute("closed", id, 1000, closed)
}

// refundFailed is the second of two refunds.
func refundFailed(p *payment) {
	id := p.Life.ID("re_")
	p.refund("", 300)
	p.refund(id, 300)
	p.exists(stripetest.Object{
		"id": stripetest.Transaction(id) + "f", "object": "balance_transaction", "type": "refund_failure", "reporting_category": "refund_failure",
		"amount": 300, "net": 300, "fee": 0, "fee_details": []any{}, "currency": p.Currency, "source": id, "status": "available",
		"created": p.Life.Now.Unix(), "available_on": p.Life.Now.Unix(), "description": nil, "exchange_rate": nil,
	})
	p.FailRefund(id)
	p.exists(p.RefundObject(id))
}

func reviewed(p *payment) {
	id := p.Life.ID("prv_")
	p.Review("opened", id, "").Review("closed", id, "approved")
}

// subscribed tries a product, pays, fails to, and is gone.
func subscribed(l *stripetest.Life, product string) {
	s := l.Subscribe("", "trialing", product)
	for _, status := range []string{"active", "past_due", "active"} {
		s.Turn(status)
	}
	s.Cancel()
}

// happen returns the events of a few lives, in the order of their creation, and
// the refunds that Stripe has.
func happen(rng *rand.Rand, within time.Duration) (all []*posted, refunds []dated) {
	live := rng.IntN(2) == 0
	for n := range customers[rng.IntN(len(customers))] {
		l := newLife(rng, n, within)
		l.Scope = event.Scope{Livemode: live}
		if i := rng.IntN(len(payments) + 1); i < len(payments) {
			p := &payment{Payment: l.Payment(stripetest.Payment{Reference: fmt.Sprint("order-", n), Client: fmt.Sprint("order-", n)})}
			payments[i](p)
			refunds = append(refunds, p.refunds...)
		} else {
			subscribed(l, fmt.Sprint("prod_", n%2))
		}
		for _, e := range l.Events {
			all = append(all, &posted{id: e.ID, kind: e.Type, body: e.Body(), created: e.Created, live: live})
		}
	}
	slices.SortStableFunc(all, func(a, b *posted) int { return a.created.Compare(b.created) })
	slices.SortStableFunc(refunds, func(a, b dated) int { return a.from.Compare(b.from) })
	return all, refunds
}

// newLife begins at some moment within the time. All lives have one card and customer,
// so that their events change the same rows; some events share a second.
func newLife(rng *rand.Rand, n int, within time.Duration) *stripetest.Life {
	l := stripetest.New(stripetest.Versions[rng.IntN(len(stripetest.Versions))])
	l.Lean = true
	l.Now = begin.Add(time.Duration(rng.Int64N(int64(within) + 1))).Truncate(time.Second)
	gap := max(within/8, time.Second)
	l.Before = func() time.Duration {
		if rng.IntN(4) == 0 {
			return 0
		}
		return time.Duration(rng.Int64N(int64(gap) + 1)).Truncate(time.Second)
	}
	ids := map[string]int{}
	l.NewID = func(prefix string) string {
		ids[prefix]++
		return fmt.Sprintf("%s%d_%d", prefix, n, ids[prefix])
	}
	return l
}
