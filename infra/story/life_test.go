package story_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/journal"
)

// oldest is the API version of stories that tells sums of refunds, and a
// release as one.
const oldest = "2023-10-16"

// life tells all that can happen to one payment, as Stripe does in one version.
type life struct {
	t       testing.TB
	version string
	events  []facts.Event
	moves   map[string]journal.Transaction // at Stripe
	made    []facts.Refund                 // at Stripe
	// What the charge says.
	captured, sum int64
}

func newLife(t testing.TB, version string) *life {
	return &life{t: t, version: version, moves: map[string]journal.Transaction{}}
}

func (l *life) old() bool { return l.version == oldest }

type object = map[string]any

// send lets an hour pass before each event.
func (l *life) send(kind, what, id string, o object) {
	l.t.Helper()
	o["object"], o["id"], o["currency"] = what, id, "eur"
	body, err := json.Marshal(object{"data": object{"object": o}})
	if err != nil {
		l.t.Fatal(err)
	}
	f := event.Facts{ID: fmt.Sprintf("evt_%d", len(l.events)), Type: kind, APIVersion: l.version, Created: begin.Add(time.Duration(len(l.events)) * time.Hour)}
	var e facts.Event
	if err := e.DecodeEvent(f, body); err != nil {
		l.t.Fatal(err)
	}
	l.events = append(l.events, e)
}

func (l *life) move(id, category string, amount, fee int64) string {
	l.moves[id] = journal.Transaction{ID: id, Category: category, Amount: amount, Fee: fee, Net: amount - fee, Currency: "eur", Created: begin}
	return id
}

func (l *life) session(kind, payment string) {
	l.send("checkout.session."+kind, "checkout.session", "cs_1", object{
		"mode": "payment", "payment_intent": "pi_1", "payment_status": payment, "client_reference_id": "cart-1", "amount_total": 1000,
	})
}

func (l *life) intent(kind, status, charge string, received int64) {
	l.send("payment_intent."+kind, "payment_intent", "pi_1", object{"amount": 1000, "status": status, "latest_charge": charge, "amount_received": received})
}

func (l *life) charge(kind, id, status string, captured int64) {
	l.captured = captured
	o := object{
		"payment_intent": "pi_1", "amount": 1000, "status": status, "captured": captured > 0, "amount_captured": captured,
		"amount_refunded": l.sum, "refunds": object{"data": []object{}, "has_more": false},
	}
	if captured > 0 {
		o["balance_transaction"] = l.move("txn_sale", "charge", captured, 50)
	}
	l.send("charge."+kind, "charge", id, o)
}

func (l *life) refund(id string, amount int64) {
	txn := l.move("txn_"+id, "refund", -amount, 0)
	l.made = append(l.made, facts.Refund{ID: id, Charge: "ch_1", Amount: amount, Currency: "eur", Status: "succeeded", BalanceTransaction: txn})
	if !l.old() {
		l.send("refund.created", "refund", id, l.re(amount, "succeeded", txn, ""))
	}
	l.sum += amount
	l.charge("refunded", "ch_1", "succeeded", l.captured)
}

func (l *life) failRefund(id string, amount int64) {
	l.sum -= amount
	failed := l.re(amount, "failed", "txn_"+id, l.move("txn_back_"+id, "refund_failure", amount, 0))
	l.send("charge.refund.updated", "refund", id, failed)
	if !l.old() {
		l.send("refund.failed", "refund", id, failed)
	}
}

func (l *life) re(amount int64, status, txn, back string) object {
	return object{
		"charge": "ch_1", "payment_intent": "pi_1", "amount": amount, "status": status, "created": begin.Unix(),
		"balance_transaction": txn, "failure_balance_transaction": back,
	}
}

func (l *life) dispute(kind, id, status string, amount int64, txns ...string) {
	l.send("charge.dispute."+kind, "dispute", id, object{
		"charge": "ch_1", "payment_intent": "pi_1", "amount": amount, "status": status, "balance_transactions": append([]string{}, txns...),
	})
}

// whole is a life with everything in it.
func (l *life) whole() *life {
	l.session("completed", "unpaid")
	l.intent("created", "requires_payment_method", "", 0)
	l.charge("failed", "ch_0", "failed", 0)
	l.intent("payment_failed", "requires_payment_method", "ch_0", 0)
	l.charge("succeeded", "ch_1", "succeeded", 0)
	l.intent("amount_capturable_updated", "requires_capture", "ch_1", 0)
	if l.old() {
		l.sum = 300 // what is released
		l.charge("refunded", "ch_1", "succeeded", 700)
	}
	l.charge("captured", "ch_1", "succeeded", 700)
	l.intent("succeeded", "succeeded", "ch_1", 700)
	l.refund("re_1", 100)
	l.refund("re_2", 100)
	l.refund("re_3", 150)
	l.failRefund("re_3", 150)
	l.dispute("created", "dp_1", "warning_needs_response", 500)
	l.dispute("updated", "dp_1", "needs_response", 500)
	went := l.move("txn_went_1", "dispute", -500, 1500)
	l.dispute("funds_withdrawn", "dp_1", "under_review", 500, went)
	l.dispute("closed", "dp_1", "won", 500, went)
	l.dispute("funds_reinstated", "dp_1", "won", 500, went, l.move("txn_came_1", "dispute_reversal", 500, 0))
	l.dispute("created", "dp_2", "needs_response", 500, l.move("txn_went_2", "dispute", -500, 1500))
	l.dispute("closed", "dp_2", "lost", 500, "txn_went_2")
	l.charge("updated", "ch_1", "succeeded", 700)
	return l
}

// again are some of the events under other ids, as when Stripe tells one
// occurrence twice.
func again(es []facts.Event) []facts.Event {
	es = slices.Clone(es)
	for i := range es {
		es[i].ID += "_again"
	}
	return es
}
