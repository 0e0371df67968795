package story

// The events of one payment, each as Stripe tells it.

func (t *teller) intent(kind, status string, fields object) {
	all := object{
		"id": t.pay.intent, "amount": t.pay.amount, "currency": t.pay.currency, "status": status,
		"amount_received": int64(0), "amount_capturable": int64(0), "customer": t.story.Customer,
		"latest_charge": nil, "last_payment_error": nil, "canceled_at": nil, "cancellation_reason": nil, "next_action": nil, "processing": nil,
		"metadata": object{"order_id": t.story.Order.Reference}, "receipt_email": nil,
	}
	t.event(kind, with(all, fields), nil)
}

func (t *teller) created() { t.intent("payment_intent.created", "requires_payment_method", nil) }

func (t *teller) succeeded() {
	t.intent("payment_intent.succeeded", "succeeded", object{"amount_received": t.story.Order.Paid, "latest_charge": t.pay.charge})
}

// charge tells of the current charge; it is captured in full unless fields say
// otherwise.
func (t *teller) charge(kind string, fields, previous object) {
	all := with(t.chargeFields(), fields)
	if all["balance_transaction"] != nil {
		t.sold()
	}
	t.event(kind, all, previous)
}

func (t *teller) chargeFields() object {
	return object{
		"id": t.pay.charge, "payment_intent": t.pay.intent, "amount": t.pay.amount, "amount_captured": t.pay.amount,
		"amount_refunded": int64(0), "captured": true, "paid": true, "refunded": false, "status": "succeeded",
		"currency": t.pay.currency, "customer": t.story.Customer, "invoice": nil, "disputed": false,
		"billing_details":        object{"email": t.story.Email, "name": "Jenny Rosen", "phone": nil, "address": nil},
		"balance_transaction":    t.saleID(),
		"failure_code":           nil,
		"payment_method_details": t.card(),
		"failure_message":        nil,
		"metadata":               object{"order_id": t.story.Order.Reference},
	}
}

// declined is an attempt that failed; the next one has a charge of its own.
func (t *teller) declined() {
	why := object{"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds", "message": "Your card has insufficient funds.", "charge": t.pay.charge}
	t.charge("charge.failed", object{
		"status": "failed", "paid": false, "captured": false, "amount_captured": int64(0), "balance_transaction": nil,
		"failure_code": "card_declined", "failure_message": "Your card has insufficient funds.",
	}, nil)
	t.intent("payment_intent.payment_failed", "requires_payment_method", object{"last_payment_error": why, "latest_charge": t.pay.charge})
	t.pay.charge = t.id("ch_")
}

func (t *teller) session(kind, status, paid string) {
	t.event(kind, object{
		"id": t.pay.session, "payment_intent": t.pay.intent, "mode": "payment", "status": status, "payment_status": paid,
		"amount_total": t.pay.amount, "amount_subtotal": t.pay.amount, "currency": t.pay.currency, "customer": t.story.Customer,
		"client_reference_id": t.story.Order.Reference, "invoice": nil, "subscription": nil,
		"customer_details": object{"email": t.story.Email, "name": "Jenny Rosen", "phone": nil, "address": nil},
		"customer_email":   nil, "metadata": object{},
	}, nil)
}

// refund tells of a refund as the API version does: before 2024-10-28 by the
// charge alone, from then on by the refund too.
func (t *teller) refund(amount, before int64) {
	after := before + amount
	id := t.id("re_")
	txn := t.gaveBack(id, amount)
	if t.latest() {
		t.event("refund.created", object{
			"id": id, "balance_transaction": txn, "amount": amount, "charge": t.pay.charge, "payment_intent": t.pay.intent,
			"currency": t.pay.currency, "status": "succeeded", "failure_reason": nil, "failure_balance_transaction": nil, "metadata": object{},
		}, nil)
	}
	t.charge("charge.refunded", object{"amount_refunded": after, "refunded": after == t.pay.amount}, object{"amount_refunded": before, "refunded": false})
	t.story.Order.Refunded = after
}

func with(base, over object) object {
	for k, v := range over {
		base[k] = v
	}
	return base
}
