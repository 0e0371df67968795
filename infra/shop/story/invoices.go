package story

import "github.com/payhooks/payhooks/internal/facts"

// bills are what can become of invoices: what nobody paid is no order and has no
// receipt, what was paid through Stripe is the order of its payment.
var bills = []scenario{
	{"invoice below the smallest charge", biller((*author).tooSmall)},
	{"invoice credited before it was paid", biller((*author).credited)},
	{"invoice paid by the customer's credit", (*author).fromBalance},
	{"invoice paid outside Stripe", (*author).outside},
	{"first payment of a subscription", (*author).firstPayment},
}

// biller is a story without an order.
func biller(happen func(*author, object)) func(*author) {
	return func(a *author) {
		happen(a, object{"amount_due": int64(0), "amount_paid": int64(0)})
		a.story.Order = Order{}
	}
}

// bill reports the invoice, without what a payment has.
func (a *author) bill(fields object) string {
	id := a.id("in_")
	o := object{
		"id": id, "total": a.pay.Amount, "amount_due": a.pay.Amount, "amount_paid": a.pay.Amount, "amount_remaining": int64(0), "currency": a.pay.Currency,
		"customer": a.life.Customer, "customer_email": a.life.Email, "starting_balance": int64(0), "ending_balance": int64(0),
		"metadata": object{"order_id": a.pay.Reference}, "parent": nil,
	}
	if a.bills().NamesInvoiceOfPayment() {
		delete(o, "parent")
	}
	for name, v := range fields {
		o[name] = v
	}
	a.life.Send("invoice.paid", o, nil)
	return id
}

func (a *author) bills() facts.Version { return rendered(a.version) }

// tooSmall is put on the customer's account, to be paid with the next invoice.
func (a *author) tooSmall(unpaid object) {
	unpaid["total"], unpaid["ending_balance"] = int64(30), int64(30)
	a.bill(unpaid)
}

func (a *author) credited(unpaid object) {
	unpaid["pre_payment_credit_notes_amount"] = a.pay.Amount
	a.bill(unpaid)
}

func (a *author) fromBalance() {
	a.story.Order.ID = a.bill(object{"amount_due": int64(0), "amount_paid": int64(0), "starting_balance": -a.pay.Amount})
	a.mails("receipt", 1)
}

func (a *author) outside() {
	if a.bills().NamesInvoiceOfPayment() {
		a.story.Order.ID = a.bill(object{"paid_out_of_band": true})
	} else {
		a.story.Order.ID = a.bill(nil)
		a.settle(a.story.Order.ID, "payment_record", a.id("prec_"))
	}
	a.mails("receipt", 1)
}

// settle says what paid the invoice, in the versions that report it apart.
func (a *author) settle(invoice, kind, id string) {
	a.life.Send("invoice_payment.paid", object{
		"id": a.id("inpay_"), "invoice": invoice, "amount_paid": a.pay.Amount, "amount_requested": a.pay.Amount, "currency": a.pay.Currency,
		"status": "paid", "livemode": false, "payment": object{"type": kind, kind: id},
	}, nil)
}

// firstPayment is paid at a checkout, which alone has the order's reference.
func (a *author) firstPayment() {
	sub, reference := a.id("sub_"), a.pay.Reference
	a.pay.Reference = ""
	a.pay.Create()
	a.sold()
	a.pay.Pay()
	of := object{"billing_reason": "subscription_create", "metadata": object{}}
	if a.bills().NamesInvoiceOfPayment() {
		of["subscription"], of["payment_intent"], of["charge"] = sub, a.pay.ID, a.pay.Charge
	} else {
		of["parent"] = object{"type": "subscription_details", "subscription_details": object{"subscription": sub}}
	}
	invoice := a.bill(of)
	if !a.bills().NamesInvoiceOfPayment() {
		a.settle(invoice, "payment_intent", a.pay.ID)
	}
	a.life.Send("checkout.session.completed", object{
		"id": a.pay.Session, "mode": "subscription", "status": "complete", "payment_status": "paid", "payment_intent": nil,
		"amount_total": a.pay.Amount, "currency": a.pay.Currency, "customer": a.life.Customer, "client_reference_id": reference,
		"invoice": invoice, "subscription": sub, "customer_email": nil, "customer_details": object{"email": a.life.Email},
	}, nil)
	a.story.Objects = append(a.story.Objects, object{
		"id": a.id("li_"), "object": "item", "_session": a.pay.Session, "quantity": 1, "currency": a.pay.Currency,
		"price": object{"id": a.id("price_"), "object": "price", "type": "recurring", "product": a.id("prod_")},
	})
	a.mails("receipt", 1)
}
