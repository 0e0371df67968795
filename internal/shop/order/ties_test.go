package order

import (
	"testing"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

const (
	older = stripetest.Older
	today = stripetest.Latest
)

func subscribed(fields object) object {
	return stripetest.With(object{
		"object": "checkout.session", "id": "cs_1", "mode": "subscription", "status": "complete", "payment_status": "paid",
		"amount_total": 1000, "currency": "usd", "client_reference_id": "cart-1", "invoice": "in_1", "subscription": "sub_1",
	}, fields)
}

func paidIntent(fields object) object {
	return stripetest.With(object{
		"object": "payment_intent", "id": "pi_1", "amount": 1000, "amount_received": 1000, "currency": "usd", "status": "succeeded", "latest_charge": "ch_1",
	}, fields)
}

func paidCharge(fields object) object {
	return stripetest.With(object{
		"object": "charge", "id": "ch_1", "payment_intent": "pi_1", "amount": 1000, "amount_captured": 1000, "captured": true, "paid": true, "currency": "usd", "status": "succeeded",
	}, fields)
}

// paidBy is an invoice payment of in_1 by the payment of that kind.
func paidBy(kind, id string, amount int) object {
	return object{
		"object": "invoice_payment", "id": "inpay_" + id, "invoice": "in_1", "status": "paid", "amount_paid": amount, "currency": "usd",
		"payment": object{"type": kind, kind: id},
	}
}

var (
	due      = paidInvoice(object{"amount_due": 1000, "amount_paid": 1000})
	numbered = stripetest.With(due, object{"metadata": object{"order_id": "B-2"}})
	first    = stripetest.With(due, object{"billing_reason": "subscription_create"})
	ofNew    = object{"parent": object{"type": "subscription_details", "subscription_details": object{"subscription": "sub_1"}}}
)

func TestOrderOfAnInvoiceHasItsReferenceInEveryVersion(t *testing.T) {
	for name, c := range map[string]struct {
		reference string
		events    []facts.Event
	}{
		"checkout, the intent names the invoice": {"cart-1", []facts.Event{
			sent(older, "checkout.session.completed", 0, subscribed(nil)),
			sent(older, "payment_intent.succeeded", 0, paidIntent(object{"invoice": "in_1"})),
		}},
		"checkout, the charge names the invoice": {"cart-1", []facts.Event{
			sent(older, "checkout.session.completed", 0, subscribed(nil)),
			sent(older, "charge.succeeded", 0, paidCharge(object{"invoice": "in_1"})),
		}},
		"checkout, the invoice names intent and charge": {"cart-1", []facts.Event{
			sent(older, "checkout.session.completed", 0, subscribed(nil)),
			sent(older, "invoice.paid", 0, stripetest.With(first, object{"payment_intent": "pi_1", "charge": "ch_1", "subscription": "sub_1"})),
			sent(older, "payment_intent.succeeded", 0, paidIntent(nil)),
			sent(older, "charge.succeeded", 0, paidCharge(nil)),
		}},
		"checkout, the invoice names the charge alone": {"cart-1", []facts.Event{
			sent(older, "checkout.session.completed", 0, subscribed(nil)),
			sent(older, "invoice.paid", 0, stripetest.With(first, object{"charge": "ch_1"})),
			sent(older, "charge.succeeded", 0, paidCharge(nil)),
		}},
		"checkout that names no invoice": {"cart-1", []facts.Event{
			sent(older, "checkout.session.completed", 0, subscribed(object{"invoice": nil})),
			sent(older, "invoice.paid", 0, stripetest.With(first, object{"payment_intent": "pi_1", "subscription": "sub_1"})),
			sent(older, "payment_intent.succeeded", 0, paidIntent(nil)),
		}},
		"checkout that names no invoice, in a version that does not know first invoices": {"cart-1", []facts.Event{
			sent("2018-09-24", "checkout.session.completed", 0, subscribed(object{"invoice": nil})),
			sent("2018-09-24", "invoice.payment_succeeded", 0, stripetest.With(due, object{
				"billing_reason": "subscription_update", "period_start": 100, "period_end": 100, "payment_intent": "pi_1", "subscription": "sub_1",
			})),
			sent("2018-09-24", "payment_intent.succeeded", 0, paidIntent(nil)),
		}},
		"checkout, tied by invoice_payment.paid": {"cart-1", []facts.Event{
			sent(today, "checkout.session.completed", 0, subscribed(nil)),
			sent(today, "invoice.paid", 0, stripetest.With(first, ofNew)),
			sent(today, "invoice_payment.paid", 0, paidBy("payment_intent", "pi_1", 1000)),
			sent(today, "payment_intent.succeeded", 0, paidIntent(nil)),
			sent(today, "charge.succeeded", 0, paidCharge(nil)),
		}},
		"metadata, tied by order_reference": {"B-2", []facts.Event{
			sent(today, "invoice.paid", 0, numbered),
			sent(today, "payment_intent.succeeded", 0, paidIntent(object{"payment_details": object{"order_reference": "in_1"}})),
		}},
		"metadata, tied by .invoice": {"B-2", []facts.Event{
			sent(older, "invoice.paid", 0, numbered),
			sent(older, "payment_intent.succeeded", 0, paidIntent(object{"invoice": "in_1"})),
		}},
		"the intent's own before the invoice's": {"A-1", []facts.Event{
			sent(today, "invoice.paid", 10, numbered),
			sent(today, "payment_intent.succeeded", 0, paidIntent(object{"payment_details": object{"order_reference": "in_1"}, "metadata": object{"order_id": "A-1"}})),
		}},
		"an order_reference that is no invoice": {"", []facts.Event{
			sent(today, "invoice.paid", 0, numbered),
			sent(today, "payment_intent.succeeded", 0, paidIntent(object{"payment_details": object{"order_reference": "cs_test_1"}})),
		}},
		"a later invoice of the subscription": {"", []facts.Event{
			sent(older, "checkout.session.completed", 0, subscribed(object{"invoice": nil})),
			sent(older, "invoice.paid", 0, stripetest.With(due, object{"billing_reason": "subscription_cycle", "payment_intent": "pi_1", "subscription": "sub_1"})),
			sent(older, "payment_intent.succeeded", 0, paidIntent(nil)),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			listed(t, c.events, Order{Order: "pi_1", Reference: c.reference, Status: Paid, Currency: "usd", Amount: 1000, Paid: 1000})
		})
	}
}

func TestReferenceOfAnotherScopeIsNotTaken(t *testing.T) {
	other := sent(older, "invoice.paid", 0, numbered)
	other.Account = "acct_1"
	listed(t, []facts.Event{
		other, sent(older, "payment_intent.succeeded", 0, paidIntent(object{"invoice": "in_1"})),
	}, Order{Order: "pi_1", Status: Paid, Currency: "usd", Amount: 1000, Paid: 1000})
}

func TestInvoicePaidByRecordsIsAnOrderForTheirSum(t *testing.T) {
	listed(t, []facts.Event{
		sent(today, "invoice.paid", 0, numbered),
		sent(today, "invoice_payment.paid", 0, paidBy("payment_record", "prec_1", 1000)),
	}, Order{Order: "in_1", Reference: "B-2", Status: Paid, Currency: "usd", Amount: 1000, Paid: 1000})
	listed(t, []facts.Event{
		sent(today, "invoice.paid", 0, due),
		sent(today, "invoice_payment.paid", 0, paidBy("payment_intent", "pi_1", 600)),
		sent(today, "invoice_payment.paid", 0, paidBy("payment_record", "prec_1", 400)),
		sent(today, "payment_intent.succeeded", 0, paidIntent(object{"amount": 600, "amount_received": 600})),
	}, Order{Order: "in_1", Status: Paid, Currency: "usd", Amount: 1000, Paid: 400},
		Order{Order: "pi_1", Status: Paid, Currency: "usd", Amount: 600, Paid: 600})
}

func TestPaymentsInTheInvoiceItselfAreRead(t *testing.T) {
	listed(t, []facts.Event{
		sent(today, "invoice.paid", 0, stripetest.With(numbered, object{"payments": object{"data": []any{
			paidBy("payment_intent", "pi_1", 600), paidBy("payment_record", "prec_1", 400),
		}}})),
		sent(today, "payment_intent.succeeded", 0, paidIntent(object{"amount": 600, "amount_received": 600})),
	}, Order{Order: "in_1", Reference: "B-2", Status: Paid, Currency: "usd", Amount: 1000, Paid: 400},
		Order{Order: "pi_1", Reference: "B-2", Status: Paid, Currency: "usd", Amount: 600, Paid: 600})
}
