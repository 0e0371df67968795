package mails

import (
	"maps"
	"time"
)

func uncaptured() obj {
	return chargeOf("pi_1").with(obj{"captured": false, "amount_captured": 0})
}

func anonymous() obj { return chargeOf("pi_1").with(obj{"billing_details": obj{"email": nil}}) }

func inParts(captured int) obj {
	c := card()
	c["card"].(obj)["multicapture"] = obj{"status": "available"}
	return chargeOf("pi_1").with(obj{"captured": false, "amount_captured": captured, "payment_method_details": c})
}

func failedCharge1() obj {
	return uncaptured().with(obj{"status": "failed", "paid": false, "failure_message": "Your card was declined."})
}

func declined(more obj) obj {
	e := obj{"type": "card_error", "code": "card_declined", "message": "Your card was declined."}
	maps.Copy(e, more)
	return intent("requires_payment_method", 0).with(obj{"last_payment_error": e})
}

func session() obj {
	return obj{
		"id": "cs_1", "object": "checkout.session", "mode": "payment", "status": "complete", "payment_status": "paid",
		"payment_intent": "pi_1", "customer_details": obj{"email": "session@example.com"},
		"client_reference_id": "CART-9", "amount_total": 10000, "currency": "usd",
	}
}

func invoice(changes obj) obj {
	return obj{
		"id": "in_1", "object": "invoice", "status": "paid", "total": 10000, "amount_due": 10000, "amount_paid": 10000,
		"currency": "usd", "payment_intent": "pi_1", "charge": "ch_1", "customer_email": "invoice@example.com",
		"hosted_invoice_url": "https://invoice.stripe.com/i/1",
	}.with(changes)
}

// unpaid is an invoice of which nothing was due.
func unpaid(changes obj) obj {
	return invoice(obj{"payment_intent": nil, "charge": nil, "amount_due": 0, "amount_paid": 0, "starting_balance": 0, "ending_balance": 0}).with(changes)
}

// plain is an invoice as the newer versions have it, which names no payment.
func plain(changes obj) obj {
	return invoice(obj{"payment_intent": nil, "charge": nil}).with(changes)
}

// paidBy is a payment of in_1.
func paidBy(kind, id string, amount int) obj {
	return obj{
		"id": "inpay_" + id, "object": "invoice_payment", "invoice": "in_1", "status": "paid", "amount_paid": amount, "currency": "usd",
		"payment": obj{"type": kind, kind: id},
	}
}

func disputed() obj {
	return obj{
		"id": "dp_1", "object": "dispute", "charge": "ch_1", "payment_intent": "pi_1", "amount": 10000, "currency": "usd",
		"status": "needs_response", "reason": "product_not_received", "created": noon.Unix(),
		"evidence_details": obj{"due_by": noon.Add(9 * 24 * time.Hour).Unix()},
	}
}

func trial() obj {
	return obj{
		"id": "sub_1", "object": "subscription", "status": "trialing", "customer": "cus_1",
		"trial_end": noon.Add(72 * time.Hour).Unix(), "items": obj{"object": "list", "data": []obj{}},
	}
}
