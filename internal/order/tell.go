package order

import (
	"strings"

	"github.com/payhooks/payhooks/internal/facts"
)

// API versions in which Stripe changed what it tells of refunds. Versions begin
// with their date; an event without one is rendered in an old version.
const (
	tellsEveryRefund  = "2024-10-28" // refund.created, refund.updated, refund.failed for all of them
	releaseIsNoRefund = "2025-03-31" // the remainder of a partial capture is no longer counted as refunded
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

// tell is what one event says of its order.
func tell(e facts.Event) Facts {
	f := Facts{Account: e.Account, Livemode: e.Livemode}
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
		f.Currency = e.InvoicePayment.Currency
		f.Invoice.Records = map[string]int64{e.InvoicePayment.PaymentRecord: e.InvoicePayment.AmountPaid}
	}
	return f
}

func (f *Facts) intent(e facts.Event, p facts.PaymentIntent) {
	at := e.Created.Unix()
	f.Currency = p.Currency
	f.refer(e, fromIntent, p.Metadata)
	f.Intent = Intent{Known: true, Amount: numberOf(e, p.Amount), Received: p.AmountReceived}
	attempt := Charge{}
	switch intentStatus(e.Type, p.Status) {
	case "succeeded":
		f.Intent.Succeeded = true
	case "canceled":
		f.Intent.Canceled = true
	case "failed":
		f.Intent.Failed, attempt.Failed = at, at
		if p.LastError != nil {
			p.LatestCharge = first(p.LastError.Charge, p.LatestCharge)
		}
	case "processing":
		f.Intent.Processing, attempt.Pending = at, true
	case "requires_capture":
		f.Intent.Authorized, attempt.Succeeded = p.LatestCharge == "", true
	}
	if p.LatestCharge != "" && attempt != (Charge{}) {
		f.Charges = map[string]Charge{p.LatestCharge: attempt}
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

func (f *Facts) charge(e facts.Event, c facts.Charge) {
	at := e.Created.Unix()
	f.Currency = first(c.Currency, f.Currency)
	f.refer(e, fromCharge, c.Metadata)
	known := Charge{Amount: numberOf(e, c.Amount)}
	switch chargeStatus(e.Type, c.Status) {
	case "failed":
		known.Failed = at
	case "pending":
		known.Pending = true
	case "succeeded":
		known.Succeeded = true
		known.Captured = captured(e.Type, c)
		if known.Captured == 0 && (e.Type == "charge.expired" || c.Amount > 0 && c.AmountRefunded >= c.Amount) {
			known.Released = at
		}
		f.snapshot(e, c, &known)
	}
	if c.ID != "" {
		f.Charges = unite(f.Charges, map[string]Charge{c.ID: known}, Charge.union)
	}
}

func chargeStatus(event, status string) string {
	switch event {
	case "charge.succeeded", "charge.captured", "charge.expired":
		return "succeeded"
	case "charge.failed":
		return "failed"
	case "charge.pending":
		return "pending"
	default:
		return status
	}
}

// captured is 0 for an authorisation. Old versions have no amount_captured.
func captured(event string, c facts.Charge) int64 {
	if c.AmountCaptured == 0 && (c.Captured || event == "charge.captured") {
		return c.Amount
	}
	return c.AmountCaptured
}

// snapshot keeps the charge's own sum of refunds. Nothing can be refunded that
// was not captured: what it calls so is the release of an authorisation.
func (f *Facts) snapshot(e facts.Event, c facts.Charge, known *Charge) {
	s := snapshot{At: e.Created.Unix(), Refund: e.Type == "charge.refunded"}
	released := max(0, c.Amount-known.Captured)
	if known.Captured > 0 {
		s.Sum = c.AmountRefunded
		if e.APIVersion < releaseIsNoRefund && s.Sum >= released {
			s.Sum -= released // less has nothing of it: Stripe lets go of all the rest at once
		}
	}
	known.Sum, known.Old, known.Reversed = s, e.APIVersion < tellsEveryRefund, e.APIVersion < releaseIsNoRefund
	if released > 0 && e.APIVersion < releaseIsNoRefund {
		return // the list may hold the release as a refund
	}
	for _, r := range c.Refunds {
		r.Charge = first(r.Charge, c.ID)
		f.refund(e, r)
	}
}

func (f *Facts) refund(e facts.Event, r facts.Refund) {
	f.Currency = first(f.Currency, r.Currency)
	known := Refund{
		Charge: r.Charge, Amount: r.Amount, Status: r.Status,
		Told: e.Type == "refund.created" && e.APIVersion >= tellsEveryRefund, Real: e.APIVersion >= releaseIsNoRefund,
	}
	if !r.Created.IsZero() {
		known.Created = r.Created.Unix()
	}
	if e.Type == "refund.failed" {
		known.Status = "failed"
	}
	if known.fell() {
		known.Failed = e.Created.Unix()
	}
	if r.ID != "" {
		f.Refunds = unite(f.Refunds, map[string]Refund{r.ID: known}, Refund.union)
	}
}

func (f *Facts) dispute(e facts.Event, d facts.Dispute) {
	f.Shown = d.Currency
	if d.ID == "" {
		return
	}
	f.Disputes = map[string]Dispute{d.ID: {Status: d.Status, Amount: d.Amount, At: e.Created.Unix()}}
}

func (f *Facts) session(e facts.Event, s facts.CheckoutSession) {
	at := e.Created.Unix()
	f.Shown = s.Currency
	f.refer(e, fromSession, s.Metadata)
	f.Client = textOf(fromSession, at, s.ClientReference)
	f.Session = Session{Amount: numberOf(e, s.AmountTotal)}
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

// invoice: what was paid through Stripe belongs to the orders of its payment
// intents; the rest was paid outside or from the customer's balance.
func (f *Facts) invoice(e facts.Event, i facts.Invoice) {
	f.Currency = i.Currency
	f.refer(e, fromInvoice, i.Metadata)
	through := max(0, i.AmountPaid-i.AmountPaidOffStripe)
	if i.PaidOutOfBand {
		through = 0
	}
	f.Invoice = Invoice{Total: numberOf(e, i.Total), Paid: max(0, i.Total-through)}
}

func (f *Facts) refer(e facts.Event, rank int, metadata map[string]string) {
	f.OrderID = f.OrderID.newer(textOf(rank, e.Created.Unix(), strings.TrimSpace(metadata["order_id"])))
}

func textOf(rank int, at int64, is string) text {
	if is == "" {
		return text{}
	}
	return text{Rank: rank, At: at, Is: is}
}

func numberOf(e facts.Event, n int64) number {
	if n == 0 {
		return number{}
	}
	return number{At: e.Created.Unix(), Rank: typeRank[e.Type], Is: n}
}
