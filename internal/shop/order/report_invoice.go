package order

import (
	"slices"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/union"
)

// paidTypes are the events that say that an invoice is paid.
var paidTypes = map[string]bool{"invoice.paid": true, "invoice.payment_succeeded": true}

// invoice: what was paid through Stripe belongs to the orders of its payment
// intents, to which it gives its reference; the rest was paid outside or from the
// customer's balance.
func (f *Facts) invoice(e facts.Event, i facts.Invoice) {
	f.refer(noteOf(e, fromInvoice, i.ID, true, i.Metadata))
	f.Invoice.Total = priceOf(e, i.Total, i.Currency)
	if paidTypes[e.Type] {
		f.Invoice.Paid = i.PaidOutside() + i.PaidFromBalance()
	}
	f.Ties.Payments = times(e.Created.Unix(), slices.Concat(i.PaymentIntents, i.Charges)...)
	if e.BeginsSubscription() {
		f.Ties.Subscription = i.Subscription
	}
	for _, p := range i.Records {
		f.payment(e, p)
	}
}

// payment is one of an invoice's: by an intent or a charge, whose order it is, or
// outside Stripe.
func (f *Facts) payment(e facts.Event, p facts.InvoicePayment) {
	f.Ties.Payments = newest(f.Ties.Payments, times(e.Created.Unix(), p.PaymentIntent, p.Charge))
	if p.Outside() > 0 {
		f.Currency = max(f.Currency, p.Currency)
		f.Invoice.Records = union.Maps(f.Invoice.Records, map[string]int64{p.PaymentRecord: p.AmountPaid}, func(a, b int64) int64 { return max(a, b) })
	}
}

// times has the time of each id that is not empty, nil if there are none.
func times(at int64, ids ...string) (all map[string]int64) {
	for id := range set(ids...) {
		if all == nil {
			all = map[string]int64{}
		}
		all[id] = at
	}
	return all
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
