// Package facts is one view of a Stripe event, whatever API version the event
// was rendered in.
//
// Stripe renames and moves fields between versions: an invoice's payment intent
// is .payment_intent in older ones and in its payments later, a subscription's
// period moved to its items. Actions read the views here and never the payload,
// so that support for a new version is added in one place.
//
// A field that is absent or null reads as the zero value. An id reads the same
// whether Stripe sent it plain or expanded. Amounts are Stripe's integers.
package facts

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
)

// Event is one event with the view of its object. At most one view is set; an
// object of a type that has no view sets none, which is no error.
type Event struct {
	event.Facts

	PaymentIntent  *PaymentIntent
	Charge         *Charge
	Refund         *Refund
	Dispute        *Dispute
	Review         *Review
	Warning        *EarlyFraudWarning
	Session        *CheckoutSession
	Invoice        *Invoice
	InvoicePayment *InvoicePayment
	Subscription   *Subscription
	Entitlements   *EntitlementSummary
	Payout         *Payout
	Customer       *Customer

	// SubscriptionBefore and EntitlementsBefore are the object as it was before
	// the change that previous_attributes report; nil where they report none.
	SubscriptionBefore *Subscription
	EntitlementsBefore *EntitlementSummary

	// Previous holds what changed, as it was before; only *.updated events
	// and a few others (charge.refunded, charge.captured) have it.
	Previous Previous
}

// Version is the API version that the payload is rendered in.
func (e Event) Version() Version { return Version(e.APIVersion) }

// DecodeEvent reads the payload of f. An error wraps event.ErrInvalid and names
// the field, as in "data.object.amount: expected an integer, got a string".
func (e *Event) DecodeEvent(f event.Facts, body []byte) error {
	data, err := DataOf(body)
	if err != nil {
		return fmt.Errorf("event %s: %w", f.ID, err)
	}
	*e = Event{Facts: f}
	r := &reader{}
	object := r.object("data.object", data.Object)
	if object.absent() {
		r.fail("data.object", "expected an object, got none")
	}
	before := r.object("data.previous_attributes", data.Previous).fields
	if before != nil {
		e.Previous = make(Previous, len(before))
	}
	for _, field := range before {
		e.Previous[string(field.name)] = field.value
	}
	e.view(object)
	e.before(object, before)
	if r.err != nil {
		return fmt.Errorf("event %s: %w: %w", f.ID, event.ErrInvalid, r.err)
	}
	return nil
}

// view reads the object by the type that it names. Another type of object needs
// its type, its reader and a case here.
func (e *Event) view(n node) {
	switch n.text("object") {
	case "payment_intent":
		e.PaymentIntent = paymentIntent(n)
	case "charge":
		e.Charge = charge(n)
	case "refund":
		e.Refund = refund(n)
	case "dispute":
		e.Dispute = dispute(n)
		e.Dispute.Status = e.Version().disputeStatus(e.Dispute.Status)
	case "review":
		e.Review = review(n)
	case "radar.early_fraud_warning":
		e.Warning = warning(n)
	case "checkout.session":
		e.Session = session(n)
	case "invoice":
		e.Invoice = invoice(n)
	case "invoice_payment":
		e.InvoicePayment = invoicePayment(n)
	case "subscription":
		e.Subscription = subscription(n)
	case "payout":
		e.Payout = payout(n)
	case "entitlements.active_entitlement_summary", "customer_entitlement_summary":
		e.Entitlements = entitlements(n)
	case "customer":
		// The preview of 2023 sent the summary with the customer.
		if e.Type == "customer.entitlement_summary.updated" && n.has("entitlements") {
			e.Entitlements = entitlements(n)
			e.Entitlements.Customer = cmp.Or(e.Entitlements.Customer, n.text("id"))
			return
		}
		e.Customer = &Customer{ID: n.text("id")}
	}
}

// before views what the object was. What cannot be read there is left out: it
// only helps to put events of one second in order.
func (e *Event) before(n node, changed []field) {
	if len(changed) == 0 {
		return
	}
	was := node{r: &reader{}, path: n.path, fields: slices.Concat(n.fields, changed)}
	switch {
	case e.Subscription != nil:
		e.SubscriptionBefore = subscription(was)
	case e.Entitlements != nil:
		e.EntitlementsBefore = entitlements(was)
	}
	if was.r.err != nil {
		e.SubscriptionBefore, e.EntitlementsBefore = nil, nil
	}
}

// Previous is data.previous_attributes: the fields that changed, as they were.
type Previous map[string]json.RawMessage

// Has reports whether the field changed, also if it was null before.
func (p Previous) Has(field string) bool { _, ok := p[field]; return ok }

// Int returns what an integer field was before; ok is false if the field did
// not change or was no integer.
func (p Previous) Int(field string) (v int64, ok bool) {
	raw, ok := p[field]
	if !ok || isNull(raw) || json.Unmarshal(raw, &v) != nil {
		return 0, false
	}
	return v, true
}

// Text returns what a string field was before; ok is false if the field did
// not change or was no string.
func (p Previous) Text(field string) (v string, ok bool) {
	raw, ok := p[field]
	if !ok || isNull(raw) || json.Unmarshal(raw, &v) != nil {
		return "", false
	}
	return v, true
}
