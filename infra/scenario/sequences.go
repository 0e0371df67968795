package scenario

import (
	"maps"

	"github.com/payhooks/payhooks/internal/stripetest"
)

// object is a JSON object.
type object = stripetest.Object

// payment is paid at once. The fee is known only after the charge, so Stripe updates it.
func (a *author) payment() {
	a.paid()
	a.pay.Checkout("completed", "complete", "paid")
	a.charged()
}

// paid is the payment without what it is for.
func (a *author) paid() {
	a.pay.Create()
	over := a.pay.Over
	a.pay.Over = stripetest.With(object{"balance_transaction": nil}, over)
	a.pay.Pay()
	a.pay.Over = over
}

// charged reports the balance transaction of the charge.
func (a *author) charged() {
	a.pay.SendCharge("updated", nil, object{"balance_transaction": nil})
}

func (a *author) failedPayment() { a.pay.Create().Decline() }

func (a *author) refund() {
	a.payment()
	id := a.life.ID("re_")
	a.pay.Refund(id, a.pay.Amount)
	// Versions whose events do not have the refund look it up.
	a.objects = append(a.objects, a.pay.RefundObject(id))
}

func (a *author) dispute() {
	a.payment()
	id := a.life.ID("dp_")
	a.pay.Dispute("created", id, a.pay.Amount, "needs_response")
	a.pay.Dispute("funds_withdrawn", id, a.pay.Amount, "needs_response")
}

// subscription is one whose first invoice is paid at a checkout.
func (a *author) subscription() {
	product := a.life.ID("prod_")
	a.pay.Reference = ""
	s := a.life.Subscribe("", "active", product)
	if a.life.Version.NamesInvoiceOfPayment() {
		a.pay.Over = object{"invoice": s.Invoice}
	}
	a.invoice("created", s, object{"status": "draft"})
	a.invoice("finalized", s, object{"status": "open"})
	a.paid()
	done := object{"status": "paid", "amount_paid": a.pay.Amount, "amount_remaining": int64(0)}
	if a.life.Version.NamesInvoiceOfPayment() {
		done["paid"], done["charge"] = true, a.pay.Charge
	}
	a.invoice("paid", s, done)
	a.invoice("payment_succeeded", s, done)
	a.settled(s)
	a.life.Send("checkout.session.completed", object{
		"id": a.pay.Session, "mode": "subscription", "status": "complete", "payment_status": "paid", "payment_intent": nil,
		"amount_total": a.pay.Amount, "amount_subtotal": a.pay.Amount, "currency": a.pay.Currency, "customer": a.life.Customer,
		"client_reference_id": a.pay.Client, "invoice": s.Invoice, "subscription": s.ID, "metadata": object{},
		"customer_email": nil, "customer_details": object{"email": a.life.Email, "name": "Jenny Rosen", "phone": nil, "address": nil},
	}, nil)
	a.charged()
}

// invoice reports the subscription's first invoice.
func (a *author) invoice(kind string, s *stripetest.Subscription, fields object) {
	o := object{
		"id": s.Invoice, "customer": a.life.Customer, "customer_email": a.life.Email, "currency": a.pay.Currency, "billing_reason": "subscription_create",
		"total": a.pay.Amount, "subtotal": a.pay.Amount, "amount_due": a.pay.Amount, "amount_paid": int64(0), "amount_remaining": a.pay.Amount,
		"starting_balance": int64(0), "ending_balance": int64(0), "metadata": object{}, "created": s.Begin.Unix(),
		"lines": object{"object": "list", "has_more": false, "data": []any{a.line(s)}},
	}
	if a.life.Version.NamesInvoiceOfPayment() {
		o["subscription"], o["payment_intent"], o["paid"], o["charge"] = s.ID, a.pay.ID, false, nil
	} else {
		o["parent"] = object{"type": "subscription_details", "subscription_details": object{"subscription": s.ID, "metadata": object{}}}
	}
	maps.Copy(o, fields)
	a.life.Send("invoice."+kind, o, nil)
}

// line is the one line of the invoice.
func (a *author) line(s *stripetest.Subscription) object {
	o := object{
		"id": "il_" + s.ID[len("sub_"):], "object": "line_item", "amount": a.pay.Amount, "currency": a.pay.Currency, "quantity": 1, "metadata": object{},
		"period": object{"start": s.Begin.Unix(), "end": s.End.Unix()}, "description": "1 × " + s.Products[0], "livemode": a.life.Scope.Livemode,
	}
	if a.life.Version.NamesInvoiceOfPayment() {
		o["subscription"], o["type"] = s.ID, "subscription"
	} else {
		o["parent"] = object{"type": "subscription_item_details", "subscription_item_details": object{"subscription": s.ID}}
	}
	return o
}

// settled reports what paid the invoice, in the versions in which the invoice does not.
func (a *author) settled(s *stripetest.Subscription) {
	if a.life.Version.NamesInvoiceOfPayment() {
		return
	}
	a.life.Send("invoice_payment.paid", object{
		"id": a.life.ID("inpay_"), "invoice": s.Invoice, "amount_paid": a.pay.Amount, "amount_requested": a.pay.Amount, "currency": a.pay.Currency,
		"status": "paid", "payment": object{"type": "payment_intent", "payment_intent": a.pay.ID},
	}, nil)
}
