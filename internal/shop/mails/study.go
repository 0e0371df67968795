package mails

import (
	"cmp"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/facts"
)

// studied is a history with what its events say together.
type studied struct {
	events    []facts.Event
	reference string
	// By payment, which is the id of the intent, else of the charge.
	received map[string]int64  // what a succeeded intent received
	paid     map[string]bool   // succeeded, also if only authorised
	captured map[string]bool   // some of it was captured
	known    map[string]bool   // reported by more than its refunds and disputes
	receipt  map[string]string // receipt_email
	billing  map[string]string // billing_details.email
	phone    map[string]string // billing_details.phone
	customer map[string]string // id of the charge's customer, else the intent's
	payPage  map[string]string // hosted_invoice_url, also by charge
	// invoiceOf is the id of a payment's invoice, and bills are those known, by id.
	invoiceOf   map[string]string
	bills       map[string]*facts.Invoice
	card        map[string]method
	receiptPage map[string]string // receipt_url
	presented   map[string]presented
	of          map[string]string // payment by charge
	// Of the whole history.
	session, invoice reach           // of the checkout's and the invoice's customer
	locale           string          // in which the checkout was shown, if there is a language for it
	broken           map[string]part // refunds that failed or were canceled
	named            map[string]part // refunds that events name
	unnamed          map[string]bool // charges whose refunds an event reports without naming them
	ended            map[string]bool // subscriptions that ended
	disputed         map[string]disputeState
}

// part is what a refund gives back of a charge.
type part struct {
	charge string
	amount int64
}

func study(events []facts.Event) *studied {
	s := &studied{
		events: events, received: map[string]int64{}, paid: map[string]bool{}, captured: map[string]bool{},
		known: map[string]bool{}, receipt: map[string]string{}, billing: map[string]string{},
		phone: map[string]string{}, customer: map[string]string{}, payPage: map[string]string{}, invoiceOf: map[string]string{}, bills: map[string]*facts.Invoice{}, card: map[string]method{}, receiptPage: map[string]string{}, presented: map[string]presented{},
		of: map[string]string{}, broken: map[string]part{}, named: map[string]part{}, unnamed: map[string]bool{}, ended: map[string]bool{},
		disputed: map[string]disputeState{},
	}
	var order string
	for _, e := range events {
		order = cmp.Or(order, s.record(e))
	}
	s.reference = cmp.Or(s.reference, order)
	return s
}

// record adds one event and returns the metadata's order number.
func (s *studied) record(e facts.Event) (order string) {
	switch {
	case e.Charge != nil:
		s.recordCharge(e.Charge)
		s.recordRefunds(e)
		return e.Charge.Metadata["order_id"]
	case e.PaymentIntent != nil:
		s.recordIntent(e.Type, e.PaymentIntent)
		return e.PaymentIntent.Metadata["order_id"]
	case e.Session != nil:
		s.recordSession(e.Session)
		return e.Session.Metadata["order_id"]
	case e.Invoice != nil:
		s.recordInvoice(e.Type, e.Invoice)
		return e.Invoice.Metadata["order_id"]
	case e.InvoicePayment != nil:
		s.recordPayment(e.InvoicePayment)
	case e.Refund != nil:
		if e.Refund.Status == "failed" || e.Refund.Status == "canceled" {
			s.broken[e.Refund.ID] = part{e.Refund.Charge, e.Refund.Amount}
		}
		s.recordRefunds(e)
	case e.Dispute != nil:
		s.recordDispute(e)
	case e.Subscription != nil:
		s.ended[e.Subscription.ID] = s.ended[e.Subscription.ID] || strings.HasSuffix(e.Type, ".deleted")
	}
	return ""
}

func (s *studied) recordCharge(c *facts.Charge) {
	p := paymentOf(c)
	s.known[p], s.of[c.ID] = true, p
	s.recordPresented(p, c.Presentment, c.Amount, c.Currency)
	s.recordTie(c.Invoice, p)
	s.paid[p] = s.paid[p] || c.Status == "succeeded"
	s.captured[p] = s.captured[p] || isCaptured(c)
	if c.Status == "succeeded" {
		s.card[p] = means(c)
	}
	s.receiptPage[p] = cmp.Or(stripePage(c.ReceiptURL), s.receiptPage[p])
	s.receipt[p] = cmp.Or(usable(c.ReceiptEmail), s.receipt[p])
	s.billing[p] = cmp.Or(usable(c.BillingEmail), s.billing[p])
	s.phone[p] = cmp.Or(number(c.BillingPhone), s.phone[p])
	s.customer[p] = cmp.Or(c.Customer, s.customer[p])
}

func (s *studied) recordIntent(kind string, p *facts.PaymentIntent) {
	s.receipt[p.ID] = cmp.Or(usable(p.ReceiptEmail), s.receipt[p.ID])
	s.customer[p.ID] = cmp.Or(s.customer[p.ID], p.Customer)
	s.known[p.ID] = true
	s.recordPresented(p.ID, p.Presentment, p.Amount, p.Currency)
	s.recordTie(p.Invoice, p.ID)
	switch kind {
	case "payment_intent.amount_capturable_updated":
		s.paid[p.ID] = true
	case "payment_intent.succeeded":
		s.paid[p.ID], s.captured[p.ID] = true, true
		s.received[p.ID] = max(s.received[p.ID], p.AmountReceived)
	}
}

func (s *studied) recordSession(c *facts.CheckoutSession) {
	if spoken(c.Locale) {
		s.locale = c.Locale
	}
	s.reference = cmp.Or(s.reference, c.ClientReference)
	s.session = reach{c.Email, c.Phone, c.Customer}.checked().or(s.session)
	if p := c.PaymentIntent; p != "" {
		s.known[p] = true
		s.recordPresented(p, c.Presentment, c.AmountTotal, c.Currency)
		if c.PaymentStatus == "paid" {
			s.paid[p], s.captured[p] = true, true
		}
	}
}

func (s *studied) recordInvoice(kind string, i *facts.Invoice) {
	s.invoice = reach{to: i.CustomerEmail, phone: i.CustomerPhone, customer: i.Customer}.checked().or(s.invoice)
	s.bills[i.ID] = i
	payments := slices.Concat(i.PaymentIntents, i.Charges)
	s.recordTie(i.ID, payments...)
	for _, p := range payments {
		s.payPage[p] = cmp.Or(webPage(i.HostedURL), s.payPage[p])
		if kind == "invoice.paid" || kind == "invoice.payment_succeeded" {
			s.paid[p] = true
		}
	}
}

// reach is where what is said about a payment goes: the charge's receipt_email,
// its billing details, the checkout session's, the invoice's.
func (s *studied) reach(payment string) reach {
	own := reach{to: cmp.Or(s.receipt[payment], s.billing[payment]), phone: s.phone[payment], customer: s.customer[payment]}
	return own.or(s.session).or(s.invoice)
}

// uncaptured reports that nothing of the payment is known to be captured although
// the payment is known. The event that reports the capture later makes due what
// waits for it; a mail about money that was never captured cannot be called back.
func (s *studied) uncaptured(payment string) bool {
	return !s.captured[payment] && s.known[payment]
}

// paymentOf is what a charge's receipt is kept under.
func paymentOf(c *facts.Charge) string { return cmp.Or(c.PaymentIntent, c.ID) }

// capturedOf is how much of a charge was captured. A charge that is captured
// and names no amount is captured whole; only one that may be captured in
// parts can be closed with nothing.
func capturedOf(c *facts.Charge) int64 {
	if c.AmountCaptured == 0 && c.Captured && !c.Multicapture && c.AmountRefunded == 0 && c.Status == "succeeded" {
		return c.Amount
	}
	return c.AmountCaptured
}

// isCaptured reports whether any of the charge was captured.
func isCaptured(c *facts.Charge) bool {
	return c.Status == "succeeded" && (c.AmountCaptured > 0 || c.Captured && !c.Multicapture)
}
