package stripetest

import (
	"maps"
	"strings"
)

// SendIntent is a step of one event payment_intent.KIND.
func (p *Payment) SendIntent(kind, status string, fields Object) *Payment {
	p.intent(kind, status, fields)
	return p.step()
}

// SendCharge is a step of one event charge.KIND: the charge as it is, with the
// fields laid over it.
func (p *Payment) SendCharge(kind string, fields, previous Object) *Payment {
	p.charge(kind, fields, previous)
	return p.step()
}

// Checkout is a step of one event checkout.session.KIND.
func (p *Payment) Checkout(kind, status, paid string) *Payment {
	l := p.Life
	l.next()
	fields := Object{
		"id": p.Session, "payment_intent": p.intentID(), "mode": "payment", "status": status, "payment_status": paid,
		"amount_total": p.Amount, "amount_subtotal": p.Amount, "currency": p.Currency, "customer": l.Customer,
		"client_reference_id": p.Client, "invoice": nil, "subscription": nil, "customer_details": p.billing(),
		"customer_email": nil, "metadata": Object{},
	}
	if status != "complete" {
		fields["customer"], fields["customer_details"] = nil, nil
	}
	l.sample("checkout.session."+kind, fields, nil)
	return p.step()
}

// intent reports the intent, unless the charge has none.
func (p *Payment) intent(kind, status string, fields Object) {
	if p.NoIntent {
		return
	}
	p.Life.next()
	if p.began == 0 {
		p.began = p.Life.Now.Unix()
	}
	p.Life.sample("payment_intent."+kind, With(Object{
		"id": p.ID, "amount": p.Amount, "currency": p.Currency, "status": status, "created": p.began,
		"amount_received": int64(0), "amount_capturable": int64(0), "customer": p.Life.Customer,
		"latest_charge": nil, "last_payment_error": nil, "canceled_at": nil, "cancellation_reason": nil, "next_action": nil, "processing": nil,
		"metadata": Object{"order_id": p.Reference}, "receipt_email": nil,
	}, fields), nil)
}

func (p *Payment) charge(kind string, fields, previous Object) {
	p.Life.next()
	if p.begin(); p.charged == 0 {
		p.charged = p.Life.Now.Unix()
	}
	o := p.chargeFields()
	maps.Copy(o, p.Over)
	p.Life.sample("charge."+kind, With(o, fields), previous)
}

// chargeFields is the charge as it is, in the life's version.
func (p *Payment) chargeFields() Object {
	back := p.refunded
	if p.Life.Version.CountsReleaseAsRefund() {
		back += p.released
	}
	o := Object{
		"id": p.Charge, "payment_intent": p.intentID(), "created": p.charged, "amount": p.Amount, "amount_captured": p.captured,
		"amount_refunded": back, "captured": p.captured > 0, "paid": true, "refunded": back >= p.Amount, "status": "succeeded",
		"currency": p.Currency, "customer": p.Life.Customer, "disputed": len(p.disputes) > 0,
		"billing_details": p.billing(), "balance_transaction": nil, "failure_code": nil, "failure_message": nil,
		"payment_method_details": p.Life.card(), "metadata": Object{},
	}
	if p.captured > 0 {
		o["balance_transaction"] = Transaction(p.Charge)
	}
	if p.Life.Version.NamesInvoiceOfPayment() {
		o["invoice"] = nil
	}
	if !p.NoIntent {
		o["metadata"] = Object{"order_id": p.Reference}
	}
	return o
}

func (p *Payment) intentID() any {
	if p.NoIntent {
		return nil
	}
	return p.ID
}

func (p *Payment) billing() Object {
	return Object{"email": p.Life.Email, "name": "Jenny Rosen", "phone": nil, "address": nil}
}

// card is the customer's: the samples all have one card, and customers who share
// it would look like one who tests cards.
func (l *Life) card() Object {
	return Object{"type": "card", "card": Object{
		"brand": "visa", "last4": "4242", "funding": "credit", "network": "visa", "country": "US", "fingerprint": l.Card,
	}}
}

// Transaction is the id of the balance transaction of a charge, refund or
// dispute.
func Transaction(source string) string { return "txn_" + strings.ReplaceAll(source, "_", "") }
