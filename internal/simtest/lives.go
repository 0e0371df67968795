package simtest

import "fmt"

// What can happen in a life, each as Stripe tells it in the life's API version.

func (l *life) paid() {
	l.intent("created", "requires_payment_method", nil)
	l.tellCharge("succeeded", nil, nil)
	l.intent("succeeded", "succeeded", object{"amount_received": 1000, "latest_charge": l.chargeID()})
	l.session("completed", "complete", "paid")
}

func (l *life) declined() {
	failed := object{"status": "failed", "paid": false, "captured": false, "amount_captured": 0, "balance_transaction": nil, "failure_code": "card_declined"}
	l.tellCharge("failed", failed, nil)
	l.intent("payment_failed", "requires_payment_method", object{"last_payment_error": object{"type": "card_error", "code": "card_declined", "charge": l.chargeID()}})
	l.charge++
}

func (l *life) authorized() {
	l.tellCharge("succeeded", object{"captured": false, "amount_captured": 0, "balance_transaction": nil}, nil)
	l.intent("amount_capturable_updated", "requires_capture", object{"amount_capturable": 1000, "latest_charge": l.chargeID()})
	l.session("completed", "complete", "unpaid")
}

func (l *life) captured() {
	l.tellCharge("captured", nil, object{"captured": false, "amount_captured": 0})
	l.intent("succeeded", "succeeded", object{"amount_received": 1000, "latest_charge": l.chargeID()})
}

// released lets the whole authorisation go, which Stripe calls a refund.
func (l *life) released() {
	l.tellCharge("refunded", object{"captured": false, "amount_captured": 0, "balance_transaction": nil, "amount_refunded": 1000}, object{"amount_refunded": 0})
	l.intent("canceled", "canceled", object{"latest_charge": l.chargeID(), "cancellation_reason": "requested_by_customer"})
}

// debit is a payment that takes days to clear.
func (l *life) debit() {
	l.session("completed", "complete", "unpaid")
	l.intent("processing", "processing", object{"latest_charge": l.chargeID()})
	l.tellCharge("pending", object{"status": "pending", "paid": false, "balance_transaction": nil}, nil)
}

func (l *life) cleared() {
	l.tellCharge("succeeded", nil, nil)
	l.intent("succeeded", "succeeded", object{"amount_received": 1000, "latest_charge": l.chargeID()})
	l.session("async_payment_succeeded", "complete", "paid")
}

func (l *life) bounced() {
	l.declined()
	l.session("async_payment_failed", "complete", "unpaid")
}

// refund gives a part back. Old versions tell of it by the charge alone.
func (l *life) refund(amount int64) {
	before := l.back
	l.back += amount
	l.refunds++
	if l.latest() {
		l.event("refund.created", l.refundObject(l.refunds, amount, "succeeded"), nil)
	}
	l.tellCharge("refunded", object{"refunded": l.back == 1000}, object{"amount_refunded": before})
}

func (l *life) refundObject(n int, amount int64, status string) object {
	return object{
		"id": fmt.Sprintf("re_%d_%d", l.n, n), "object": "refund", "charge": l.chargeID(), "payment_intent": l.intentID(),
		"amount": amount, "status": status, "currency": "usd", "balance_transaction": fmt.Sprintf("txn_re_%d_%d", l.n, n),
	}
}

// refundFails takes the last refund back.
func (l *life) refundFails() {
	kind := "charge.refund.updated"
	if l.latest() {
		kind = "refund.failed"
	}
	l.event(kind, with(l.refundObject(l.refunds, 300, "failed"), object{
		"failure_reason": "lost_or_stolen_card", "failure_balance_transaction": fmt.Sprintf("txn_rf_%d", l.n),
	}), object{"status": "succeeded"})
}

func (l *life) dispute(opened, closed string) {
	for _, told := range []struct{ kind, status string }{{"created", opened}, {"closed", closed}} {
		l.event("charge.dispute."+told.kind, object{
			"id": fmt.Sprintf("dp_%d", l.n), "object": "dispute", "charge": l.chargeID(), "payment_intent": l.intentID(),
			"amount": 1000, "status": told.status, "currency": "usd", "reason": "fraudulent",
			"balance_transactions": []object{{"id": fmt.Sprintf("txn_dp_%d", l.n), "object": "balance_transaction"}},
			"evidence_details":     object{"due_by": begin.AddDate(0, 0, 9).Unix()},
		}, nil)
	}
}

func (l *life) suspected() {
	l.event("radar.early_fraud_warning.created", object{
		"id": fmt.Sprintf("issfr_%d", l.n), "object": "radar.early_fraud_warning", "charge": l.chargeID(), "payment_intent": l.intentID(),
		"actionable": true, "fraud_type": "misc",
	}, nil)
}

func (l *life) reviewed() {
	for _, told := range []struct {
		kind string
		open bool
	}{{"opened", true}, {"closed", false}} {
		l.event("review."+told.kind, object{
			"id": fmt.Sprintf("prv_%d", l.n), "object": "review", "charge": l.chargeID(), "payment_intent": l.intentID(),
			"open": told.open, "reason": map[bool]string{true: "rule", false: "approved"}[told.open],
		}, nil)
	}
}

// subscribed tries a product, pays, fails to, and is gone.
func (l *life) subscribed() {
	was := ""
	for i, status := range []string{"trialing", "active", "past_due", "active", "canceled"} {
		kind, previous := "updated", object{"status": was}
		switch {
		case i == 0:
			kind, previous = "created", nil
		case status == "canceled":
			kind, previous = "deleted", nil
		}
		l.event("customer.subscription."+kind, l.subscription(status), previous)
		was = status
	}
}

func (l *life) subscription(status string) object {
	period := object{"current_period_start": begin.Unix(), "current_period_end": begin.AddDate(0, 1, 0).Unix()}
	item := object{"id": fmt.Sprintf("si_%d", l.n), "object": "subscription_item", "quantity": 1, "price": object{
		"id": "price_0", "object": "price", "product": fmt.Sprintf("prod_%d", l.n%2),
	}}
	o := object{"id": fmt.Sprintf("sub_%d", l.n), "object": "subscription", "customer": "cus_0", "status": status, "currency": "usd"}
	if l.latest() {
		with(item, period)
	} else {
		with(o, period)
	}
	o["items"] = object{"object": "list", "has_more": false, "data": []object{item}}
	if status == "canceled" {
		o["ended_at"], o["canceled_at"] = l.at.Unix(), l.at.Unix()
	}
	return o
}
