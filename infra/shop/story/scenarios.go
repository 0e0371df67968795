package story

// payments are what can become of one, and of the goods that it is for: still
// reserved in the end, committed, or given back.
var payments = []scenario{
	{"paid", sells((*author).paid, committed)},
	{"failed, then paid", sells((*author).failedThenPaid, committed)},
	{"refunded in two equal parts", sells((*author).refundedInParts, committed)},
	{"refunded in full, the goods are gone", sells((*author).refundedInFull, committed)},
	{"disputed", sells((*author).disputed, committed)},
	{"dispute lost", sells((*author).disputeLost, committed)},
	{"dispute won", sells((*author).disputeWon, committed)},
	{"authorized", (*author).authorized},
	{"authorized, then captured", (*author).captured},
	{"authorized, then canceled", (*author).canceled},
	{"authorized at the checkout", sells((*author).heldAtCheckout, reserved)},
	{"authorized at the checkout, captured later", sells((*author).capturedAfterCheckout, committed)},
	{"authorized at the checkout, then canceled", sells((*author).canceledAfterCheckout, givenBack)},
	{"bank debit on its way", sells((*author).underway, reserved)},
	{"bank debit cleared", sells((*author).cleared, committed)},
	{"bank debit bounced", sells((*author).bounced, givenBack)},
	{"declined for good", (*author).declinedForGood},
	{"left at the checkout", sells((*author).abandoned, givenBack)},
}

func (a *author) paid() {
	a.pay.Create()
	a.sold()
	a.pay.Pay().Checkout("completed", "complete", "paid")
	a.mails("receipt", 1)
}

func (a *author) failedThenPaid() {
	a.pay.Decline()
	a.paid()
	a.story.Mails["failed"] = [2]int{0, 1}
}

func (a *author) refundedInParts() {
	a.paid()
	part := a.pay.Amount / 4 / 10 * 10
	a.refund(part)
	a.refund(part)
	a.story.Order.Status = "partially_refunded"
	a.mails("refund", 2)
}

func (a *author) refundedInFull() {
	a.paid()
	a.refundAll()
}

func (a *author) disputed() {
	a.paid()
	a.openDispute(a.pay.Amount)
	a.story.Order.Status, a.story.Order.Disputed = "disputed", a.pay.Amount
}

func (a *author) disputeLost() {
	a.paid()
	next, h := a.openDispute(a.pay.Amount)
	next("updated", "under_review")
	next("closed", "lost")
	h.Released = a.life.Now
	a.story.Order.Status, a.story.Order.Lost = "lost", a.pay.Amount
}

func (a *author) disputeWon() {
	a.paid()
	next, h := a.openDispute(a.pay.Amount)
	next("updated", "under_review")
	next("closed", "won")
	h.Released = a.life.Now
	next("funds_reinstated", "won")
}

func (a *author) authorized() {
	a.pay.Create().Authorize()
	a.story.Order.Status, a.story.Order.Paid = "authorized", 0
}

func (a *author) captured() {
	a.authorized()
	a.story.Order.Status, a.story.Order.Paid = "paid", a.pay.Amount
	a.sold()
	a.pay.Capture(a.pay.Amount, true)
	a.mails("receipt", 1)
}

// canceled releases the whole authorisation, which is no refund, although Stripe
// sends charge.refunded.
func (a *author) canceled() {
	a.authorized()
	a.pay.Release()
	a.story.Order.Status = "canceled"
}

// debit is a payment that takes days to clear.
func (a *author) debit() {
	a.pay.Create().Checkout("completed", "complete", "unpaid").Debit()
}

func (a *author) cleared() {
	a.debit()
	a.sold()
	a.pay.Pay().Checkout("async_payment_succeeded", "complete", "paid")
	a.mails("receipt", 1)
}

func (a *author) bounced() {
	a.debit()
	a.pay.Decline().Checkout("async_payment_failed", "complete", "unpaid")
	a.story.Order.Status, a.story.Order.Paid = "failed", 0
	a.mails("failed", 1)
}

func (a *author) declinedForGood() {
	a.pay.Create().Decline().Decline()
	a.story.Order.Status, a.story.Order.Paid = "failed", 0
	a.mails("failed", 1)
}

func (a *author) abandoned() {
	a.pay.NoIntent = true
	a.pay.Checkout("expired", "expired", "unpaid")
	a.story.Order.ID, a.story.Order.Status, a.story.Order.Paid = a.pay.Session, "canceled", 0
}

// refund gives a part back.
func (a *author) refund(amount int64) {
	id := a.id("re_")
	a.gaveBack(id, amount)
	a.pay.Refund(id, amount)
	a.story.Order.Refunded += amount
}

func (a *author) refundAll() {
	a.refund(a.pay.Amount)
	a.story.Order.Status = "refunded"
	a.mails("refund", 1)
}
