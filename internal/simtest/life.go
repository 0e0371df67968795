package simtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"
)

// object is a JSON object.
type object = map[string]any

// Two API versions, between which Stripe changed what it tells and where.
const (
	oldVersion = "2023-10-16"
	newVersion = "2026-08-26.dahlia"
)

// customers are how many lives a schedule has, one of these.
var customers = []int{1, 1, 1, 2, 3}

// life is what happens to one customer. Several of them use one card and one
// customer account, so that their events change the same rows.
type life struct {
	rng     *rand.Rand
	n       int
	version string
	live    bool
	at      time.Time
	gap     time.Duration // the most between two events
	posts   []*posted
	charge  int // how often it was tried
	back    int64
	refunds int
}

// tell makes up the events of a few lives, in the order of their creation.
func tell(rng *rand.Rand, within time.Duration) []*posted {
	var all []*posted
	live := rng.IntN(2) == 0
	for n := range customers[rng.IntN(len(customers))] {
		l := &life{rng: rng, n: n, version: oldVersion, live: live, at: begin.Add(time.Duration(rng.Int64N(int64(within) + 1))).Truncate(time.Second)}
		l.gap = max(within/8, time.Second)
		if rng.IntN(2) == 0 {
			l.version = newVersion
		}
		lives[rng.IntN(len(lives))](l)
		all = append(all, l.posts...)
	}
	slices.SortStableFunc(all, func(a, b *posted) int { return a.created.Compare(b.created) })
	return all
}

// lives are what can happen.
var lives = []func(*life){
	func(l *life) { l.paid(); l.refund(300); l.refund(300); l.refundFails() },
	func(l *life) { l.paid(); l.refund(1000) },
	func(l *life) { l.paid(); l.dispute("warning_needs_response", "warning_closed") },
	func(l *life) { l.paid(); l.refund(300); l.dispute("needs_response", "lost") },
	func(l *life) { l.paid(); l.dispute("needs_response", "won") },
	func(l *life) { l.authorized(); l.captured() },
	func(l *life) { l.authorized(); l.released() },
	func(l *life) { l.debit(); l.cleared() },
	func(l *life) { l.debit(); l.bounced() },
	func(l *life) { l.declined(); l.declined(); l.declined(); l.paid(); l.suspected() },
	func(l *life) { l.paid(); l.reviewed() },
	(*life).subscribed,
}

// event tells of the object in its present state.
func (l *life) event(kind string, o, previous object) {
	if l.rng.IntN(4) > 0 { // else in the same second
		l.at = l.at.Add(time.Duration(l.rng.Int64N(int64(l.gap) + 1))).Truncate(time.Second)
	}
	id := fmt.Sprintf("evt_%d_%d", l.n, len(l.posts))
	o["created"] = l.at.Unix()
	data := object{"object": o}
	if previous != nil {
		data["previous_attributes"] = previous
	}
	body, err := json.Marshal(object{
		"id": id, "object": "event", "api_version": l.version, "created": l.at.Unix(), "livemode": l.live, "type": kind, "data": data,
	})
	if err != nil {
		panic(err)
	}
	l.posts = append(l.posts, &posted{id: id, kind: kind, body: body, created: l.at, live: l.live})
}

func (l *life) latest() bool { return l.version == newVersion }

func (l *life) intentID() string { return fmt.Sprintf("pi_%d", l.n) }
func (l *life) chargeID() string { return fmt.Sprintf("ch_%d_%d", l.n, l.charge) }
func (l *life) moveID() string   { return fmt.Sprintf("txn_%d_%d", l.n, l.charge) }

func with(base, over object) object {
	maps.Copy(base, over)
	return base
}

func (l *life) intent(kind, status string, over object) {
	l.event("payment_intent."+kind, with(object{
		"id": l.intentID(), "object": "payment_intent", "amount": 1000, "amount_received": 0, "currency": "usd",
		"status": status, "customer": "cus_0", "metadata": object{"order_id": fmt.Sprintf("order-%d", l.n)},
	}, over), nil)
}

func (l *life) tellCharge(kind string, over, previous object) {
	l.event("charge."+kind, with(object{
		"id": l.chargeID(), "object": "charge", "payment_intent": l.intentID(), "amount": 1000, "amount_captured": 1000,
		"amount_refunded": l.back, "captured": true, "paid": true, "status": "succeeded", "currency": "usd", "customer": "cus_0",
		"balance_transaction":    l.moveID(),
		"payment_method_details": object{"type": "card", "card": object{"brand": "visa", "last4": "4242", "fingerprint": "fp_0"}},
	}, over), previous)
}

func (l *life) session(kind, status, paid string) {
	l.event("checkout.session."+kind, object{
		"id": fmt.Sprintf("cs_%d", l.n), "object": "checkout.session", "payment_intent": l.intentID(), "mode": "payment",
		"status": status, "payment_status": paid, "amount_total": 1000, "currency": "usd", "customer": "cus_0",
		"client_reference_id": fmt.Sprintf("order-%d", l.n),
	}, nil)
}
