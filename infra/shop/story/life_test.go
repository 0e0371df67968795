package story_test

import (
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/shop/journal"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// life is one payment with what Stripe's API has of it.
type life struct {
	pay   *stripetest.Payment
	moves map[string]journal.Transaction
	made  []facts.Refund
}

// newLife lets an hour pass before each event.
func newLife(version string) *life {
	l := &stripetest.Life{Version: facts.Version(version), Now: begin, Before: func() time.Duration { return time.Hour }}
	return &life{pay: l.Payment(stripetest.Payment{Currency: "eur"}), moves: map[string]journal.Transaction{}}
}

func (l *life) events() []facts.Event { return l.pay.Life.Views() }

func (l *life) move(id, category string, amount, fee int64) stripetest.Object {
	l.moves[id] = journal.Transaction{ID: id, Category: category, Amount: amount, Fee: fee, Net: amount - fee, Currency: "eur", Created: begin}
	return stripetest.Object{"id": id, "object": "balance_transaction"}
}

// sold is the transaction of the current charge.
func (l *life) sold(amount int64) {
	l.move(stripetest.Transaction(l.pay.Charge), "charge", amount, 50)
}

func (l *life) refund(id string, amount int64) {
	txn := stripetest.Transaction(id)
	l.move(txn, "refund", -amount, 0)
	l.made = append(l.made, facts.Refund{ID: id, Charge: l.pay.Charge, Amount: amount, Currency: "eur", Status: "succeeded", BalanceTransaction: txn})
	l.pay.Refund(id, amount)
}

func (l *life) failRefund(id string, amount int64) {
	l.pay.FailRefund(id)
	l.move(l.pay.RefundObject(id)["failure_balance_transaction"].(string), "refund_failure", amount, 0)
}

// dispute reports one over 500 with the transactions from now on.
func (l *life) dispute(kind, id, status string, moves ...stripetest.Object) {
	d := l.pay.DisputeOf(id)
	d.Moves = append(append([]stripetest.Object{}, d.Moves...), moves...)
	l.pay.Dispute(kind, id, 500, status)
}

// whole is a life with everything in it.
func (l *life) whole() *life {
	l.pay.Checkout("completed", "complete", "unpaid").Create().Decline().Authorize()
	l.pay.Capture(700, true)
	l.sold(700)
	l.refund("re_1", 100)
	l.refund("re_2", 100)
	l.refund("re_3", 150)
	l.failRefund("re_3", 150)
	l.dispute("created", "dp_1", "warning_needs_response")
	l.dispute("updated", "dp_1", "needs_response")
	l.dispute("funds_withdrawn", "dp_1", "under_review", l.move("txn_went_1", "dispute", -500, 1500))
	l.dispute("closed", "dp_1", "won")
	l.dispute("funds_reinstated", "dp_1", "won", l.move("txn_came_1", "dispute_reversal", 500, 0))
	l.dispute("created", "dp_2", "needs_response", l.move("txn_went_2", "dispute", -500, 1500))
	l.dispute("closed", "dp_2", "lost")
	l.pay.Touch()
	return l
}

// again are the events under other ids, as when Stripe reports one occurrence
// twice.
func again(es []facts.Event) []facts.Event {
	es = slices.Clone(es)
	for i := range es {
		es[i].ID += "_again"
	}
	return es
}
