package story

// payments are what can become of one, and of the goods that it is for: still
// reserved in the end, committed, or given back.
var payments = []scenario{
	{"paid", sells((*teller).paid, committed)},
	{"failed, then paid", sells((*teller).failedThenPaid, committed)},
	{"refunded in two equal parts", sells((*teller).refundedInParts, committed)},
	{"refunded in full, the goods are gone", sells((*teller).refundedInFull, committed)},
	{"disputed", sells((*teller).disputed, committed)},
	{"dispute lost", sells((*teller).disputeLost, committed)},
	{"dispute won", sells((*teller).disputeWon, committed)},
	{"authorized", (*teller).authorized},
	{"authorized, then captured", (*teller).captured},
	{"authorized, then canceled", (*teller).canceled},
	{"authorized at the checkout", sells((*teller).heldAtCheckout, reserved)},
	{"authorized at the checkout, captured later", sells((*teller).capturedAfterCheckout, committed)},
	{"authorized at the checkout, then canceled", sells((*teller).canceledAfterCheckout, givenBack)},
	{"bank debit on its way", sells((*teller).underway, reserved)},
	{"bank debit cleared", sells((*teller).cleared, committed)},
	{"bank debit bounced", sells((*teller).bounced, givenBack)},
	{"declined for good", (*teller).declinedForGood},
	{"left at the checkout", sells((*teller).abandoned, givenBack)},
}

func (t *teller) paid() {
	t.created()
	t.charge("charge.succeeded", nil, nil)
	t.succeeded()
	t.session("checkout.session.completed", "complete", "paid")
	t.mails("receipt", 1)
}

func (t *teller) failedThenPaid() {
	t.declined()
	t.paid()
	t.story.Mails["failed"] = [2]int{0, 1}
}

func (t *teller) refundedInParts() {
	t.paid()
	part := t.pay.amount / 4 / 10 * 10
	t.refund(part, 0)
	t.refund(part, part)
	t.story.Order.Status = "partially_refunded"
	t.mails("refund", 2)
}

func (t *teller) refundedInFull() {
	t.paid()
	t.refund(t.pay.amount, 0)
	t.story.Order.Status = "refunded"
	t.mails("refund", 1)
}

func (t *teller) disputed() {
	t.paid()
	t.openDispute()
	t.story.Order.Status, t.story.Order.Disputed = "disputed", t.pay.amount
}

func (t *teller) disputeLost() {
	t.paid()
	next, h := t.openDispute()
	next("updated", "under_review")
	next("closed", "lost")
	h.Released = t.now
	t.story.Order.Status, t.story.Order.Lost = "lost", t.pay.amount
}

func (t *teller) disputeWon() {
	t.paid()
	next, h := t.openDispute()
	next("updated", "under_review")
	next("closed", "won")
	h.Released = t.now
	next("funds_reinstated", "won")
}

func (t *teller) authorized() {
	t.created()
	t.charge("charge.succeeded", object{"captured": false, "amount_captured": int64(0), "balance_transaction": nil}, nil)
	t.intent("payment_intent.amount_capturable_updated", "requires_capture", object{"amount_capturable": t.pay.amount, "latest_charge": t.pay.charge})
	t.story.Order.Status, t.story.Order.Paid = "authorized", 0
}

func (t *teller) captured() {
	t.authorized()
	t.story.Order.Status, t.story.Order.Paid = "paid", t.pay.amount
	t.charge("charge.captured", nil, object{"captured": false, "amount_captured": int64(0)})
	t.succeeded()
	t.mails("receipt", 1)
}

// canceled releases the whole authorisation: no refund, although Stripe says
// charge.refunded.
func (t *teller) canceled() {
	t.authorized()
	t.charge("charge.refunded", object{
		"captured": false, "amount_captured": int64(0), "balance_transaction": nil,
		"amount_refunded": t.pay.amount, "refunded": true,
	}, object{"amount_refunded": int64(0), "refunded": false})
	t.intent("payment_intent.canceled", "canceled", object{"latest_charge": t.pay.charge, "canceled_at": t.now.Unix(), "cancellation_reason": "requested_by_customer"})
	t.story.Order.Status = "canceled"
}

// debit is a payment that takes days to clear.
func (t *teller) debit() {
	t.created()
	t.session("checkout.session.completed", "complete", "unpaid")
	t.intent("payment_intent.processing", "processing", object{"latest_charge": t.pay.charge})
	t.charge("charge.pending", object{"status": "pending", "paid": false, "captured": true, "balance_transaction": nil}, nil)
}

func (t *teller) cleared() {
	t.debit()
	t.charge("charge.succeeded", nil, nil)
	t.succeeded()
	t.session("checkout.session.async_payment_succeeded", "complete", "paid")
	t.mails("receipt", 1)
}

func (t *teller) bounced() {
	t.debit()
	t.declined()
	t.session("checkout.session.async_payment_failed", "complete", "unpaid")
	t.story.Order.Status, t.story.Order.Paid = "failed", 0
	t.mails("failed", 1)
}

func (t *teller) declinedForGood() {
	t.created()
	t.declined()
	t.declined()
	t.story.Order.Status, t.story.Order.Paid = "failed", 0
	t.mails("failed", 2)
}

func (t *teller) abandoned() {
	t.pay.intent = ""
	t.event("checkout.session.expired", object{
		"id": t.pay.session, "payment_intent": nil, "mode": "payment", "status": "expired", "payment_status": "unpaid",
		"amount_total": t.pay.amount, "currency": t.pay.currency, "client_reference_id": t.story.Order.Reference,
		"customer": nil, "customer_details": nil, "customer_email": nil, "invoice": nil, "subscription": nil, "metadata": object{},
	}, nil)
	t.story.Order.ID, t.story.Order.Status, t.story.Order.Paid = t.pay.session, "canceled", 0
}
