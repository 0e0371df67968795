package order

import (
	"cmp"

	"github.com/payhooks/payhooks/internal/facts"
)

// Whose metadata.order_id stands: the highest. A charge keeps the copy that it
// got when it was made.
const (
	fromCharge = iota + 1
	fromInvoice
	fromSession
	fromIntent
)

// typeRank orders what an object said within one second.
var typeRank = map[string]int{
	"payment_intent.requires_action":           1,
	"payment_intent.processing":                2,
	"payment_intent.amount_capturable_updated": 3,
	"payment_intent.partially_funded":          3,
	"payment_intent.payment_failed":            4,
	"payment_intent.canceled":                  5,
	"payment_intent.succeeded":                 6,

	"charge.succeeded": 1,
	"charge.updated":   2,
	"charge.captured":  3,
	"charge.refunded":  4,
	"charge.expired":   4,
}

// reported is what one event reports of its order.
func reported(e facts.Event) Facts {
	f := Facts{}
	switch {
	case e.PaymentIntent != nil:
		f.intent(e, *e.PaymentIntent)
	case e.Charge != nil:
		f.charge(e, *e.Charge)
	case e.Refund != nil:
		f.refund(e, *e.Refund)
	case e.Dispute != nil:
		f.dispute(e, *e.Dispute)
	case e.Session != nil:
		f.session(e, *e.Session)
	case e.Invoice != nil:
		f.invoice(e, *e.Invoice)
	case e.InvoicePayment != nil:
		p := *e.InvoicePayment
		if e.Type == "invoice_payment.paid" {
			p.Status = "paid"
		}
		f.payment(e, p)
	}
	return f
}

func (f *Facts) intent(e facts.Event, p facts.PaymentIntent) {
	at := e.Created.Unix()
	f.refer(noteOf(e, fromIntent, p.ID, true, p.Metadata))
	f.Ties.Invoices = set(p.Invoice)
	f.Intent = Intent{Known: true, Amount: priceOf(e, p.Amount, p.Currency), Seen: rateOf(e, p.Presentment, p.Amount), Received: p.AmountReceived}
	switch intentStatus(e.Type, p.Status) {
	case "succeeded":
		f.Intent.Succeeded = true
	case "canceled":
		f.Intent.Canceled = true
	case "failed":
		f.Intent.Failed = at
		if p.LastError != nil {
			p.LatestCharge = cmp.Or(p.LastError.Charge, p.LatestCharge)
		}
		f.Attempts.Charges = times(at, p.LatestCharge)
	case "processing":
		f.Intent.Processing = at
		f.Attempts.Charges = times(at, p.LatestCharge)
	case "requires_capture":
		f.Intent.Authorized = p.LatestCharge == ""
		if p.LatestCharge != "" {
			f.Charges = map[string]Charge{p.LatestCharge: {}}
		}
	}
	for _, c := range p.Charges {
		f.charge(e, c)
	}
}

// intentStatus lets the event's type beat the status of its object.
func intentStatus(event, status string) string {
	switch event {
	case "payment_intent.succeeded":
		return "succeeded"
	case "payment_intent.canceled":
		return "canceled"
	case "payment_intent.payment_failed":
		return "failed"
	case "payment_intent.processing":
		return "processing"
	case "payment_intent.amount_capturable_updated":
		return "requires_capture"
	default:
		return status
	}
}

func (f *Facts) dispute(e facts.Event, d facts.Dispute) {
	if d.ID == "" {
		return
	}
	f.Disputes = map[string]Dispute{d.ID: {Status: d.Status, Amount: d.Amount, Currency: d.Currency, Charge: d.Charge, At: e.Created.Unix()}}
}

func (f *Facts) session(e facts.Event, s facts.CheckoutSession) {
	at := e.Created.Unix()
	f.refer(noteOf(e, fromSession, s.ID, true, s.Metadata))
	f.Client = textOf(fromSession, at, s.ClientReference)
	if s.Mode != "payment" {
		return // its invoices are paid, and it only names their order
	}
	f.Session = Session{Amount: priceOf(e, s.AmountTotal, s.Currency), Seen: rateOf(e, s.Presentment, s.AmountTotal)}
	switch {
	case e.Type == "checkout.session.expired", s.Status == "expired":
		f.Session.Expired = true
	case e.Type == "checkout.session.async_payment_failed":
		f.Session.Failed = at
	case e.Type == "checkout.session.async_payment_succeeded", s.PaymentStatus == "paid":
		f.Session.Paid = true
	case s.PaymentStatus == "no_payment_required":
		f.Session.Free = true
	case e.Type == "checkout.session.completed", s.Status == "complete":
		f.Session.Unpaid = at
	}
}

func (f *Facts) refer(n notes) { f.OrderID = f.OrderID.union(n) }

func textOf(rank int, at int64, is string) text {
	if is == "" {
		return text{}
	}
	return text{Rank: rank, At: at, Is: is}
}

func priceOf(e facts.Event, amount int64, currency string) price {
	if amount == 0 && currency == "" {
		return price{}
	}
	return price{At: e.Created.Unix(), Rank: typeRank[e.Type], Is: amount, In: currency}
}

func rateOf(e facts.Event, p facts.Presentment, amount int64) rate {
	if p == (facts.Presentment{}) || amount == 0 {
		return rate{}
	}
	return rate{At: e.Created.Unix(), Is: p.Amount, In: p.Currency, Of: amount}
}
