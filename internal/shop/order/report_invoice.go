package order

import (
	"slices"

	"github.com/payhooks/payhooks/internal/facts"
)

// paidTypes are the events that say that an invoice is paid.
var paidTypes = map[string]bool{"invoice.paid": true, "invoice.payment_succeeded": true}

// invoice: what was paid through Stripe belongs to the orders of its payment
// intents, to which it gives its reference; the rest was paid outside or from the
// customer's balance.
func (f *Facts) invoice(e facts.Event, i facts.Invoice) {
	f.Currency = i.Currency
	f.refer(noteOf(e, fromInvoice, i.ID, true, i.Metadata))
	f.Invoice.Total = numberOf(e, i.Total)
	if paidTypes[e.Type] {
		f.Invoice.Paid = i.PaidOutside() + i.PaidFromBalance()
	}
	f.Ties.Payments = set(slices.Concat(i.PaymentIntents, i.Charges)...)
	if i.BillingReason == "subscription_create" {
		f.Ties.Subscription = i.Subscription
	}
	for _, p := range i.Records {
		f.payment(p)
	}
}

// payment is one of an invoice's: by an intent or a charge, whose order it is, or
// outside Stripe.
func (f *Facts) payment(p facts.InvoicePayment) {
	for id := range set(p.PaymentIntent, p.Charge) {
		if f.Ties.Payments == nil {
			f.Ties.Payments = map[string]bool{}
		}
		f.Ties.Payments[id] = true
	}
	if p.Outside() > 0 {
		if f.Invoice.Records == nil {
			f.Invoice.Records = map[string]int64{}
		}
		f.Invoice.Records[p.PaymentRecord] = p.AmountPaid
	}
}

// set has the ids that are not empty, nil if there are none.
func set(ids ...string) (all map[string]bool) {
	for _, id := range ids {
		if id != "" {
			if all == nil {
				all = map[string]bool{}
			}
			all[id] = true
		}
	}
	return all
}
