package story

import "github.com/payhooks/payhooks/internal/stripetest"

// sums are payments of which not all is as it was agreed.
var sums = []scenario{
	{"captured in part", (*author).capturedInPart},
	{"refund that failed", sells((*author).refundFailed, committed)},
	{"lost after a refund", sells((*author).lostAfterRefund, committed)},
	{"lost from the start", sells((*author).lostAtOnce, committed)},
	{"paid in another currency than the shop's", sells((*author).presented, committed)},
}

// capturedInPart lets go of the rest, which is no refund, although old versions
// report it as one.
func (a *author) capturedInPart() {
	a.authorized()
	part := a.pay.Amount / 2 / 10 * 10
	amount, _, _ := settled(part, a.pay.Currency)
	a.move(stripetest.Transaction(a.pay.Charge), "charge", "charge", "sales", a.pay.Charge, part, amount*29/1000+30)
	a.pay.Capture(part, true)
	a.story.Order.Status, a.story.Order.Paid = "paid", part
	a.mails("receipt", 1)
}

// refundFailed leaves the order as if there had been none.
func (a *author) refundFailed() {
	a.paid()
	id := a.id("re_")
	a.gaveBack(id, a.pay.Amount)
	a.pay.Refund(id, a.pay.Amount)
	back := stripetest.Transaction(id) + "f"
	a.move(back, "refund_failure", "refund_failure", "refunds", id, a.pay.Amount, 0)
	a.refundNow(id, object{"status": "failed", "failure_balance_transaction": back})
	a.pay.FailRefund(id)
	a.story.Mails["refund"] = [2]int{0, 1} // none if it had failed by then
}

// refundNow changes what Stripe's API has of a refund.
func (a *author) refundNow(id string, fields object) {
	for i, o := range a.story.Objects {
		if o["id"] == id {
			a.story.Objects[i] = stripetest.With(o, fields)
		}
	}
}

// lostAfterRefund: the bank takes the rest.
func (a *author) lostAfterRefund() {
	a.paid()
	part := a.pay.Amount / 4 / 10 * 10
	a.refund(part)
	a.mails("refund", 1)
	next, h := a.openDispute(a.pay.Amount - part)
	next("closed", "lost")
	h.Released = a.life.Now
	a.story.Order.Status, a.story.Order.Lost = "lost", a.pay.Amount-part
}

// lostAtOnce is a dispute that cannot be answered.
func (a *author) lostAtOnce() {
	a.paid()
	id := a.id("dp_")
	a.pay.DisputeOf(id).Moves = a.disputeMoves("funds_withdrawn", id, a.pay.Amount)
	a.pay.Dispute("created", id, a.pay.Amount, "lost")
	a.story.Order.Status, a.story.Order.Lost = "lost", a.pay.Amount
	a.mails("dispute", 1)
}

// presented is priced for the customer in pesos; the order stays in the shop's
// currency.
func (a *author) presented() {
	a.pay.Over = object{"presentment_details": object{"presentment_amount": int64(98700), "presentment_currency": "mxn"}}
	a.paid()
	a.story.Says["receipt"] = "987.00"
}
