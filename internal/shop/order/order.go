// Package order decides what became of an order from whatever events of it are
// known, in whatever order and however often they came.
//
// What is kept is a set of facts. Merging is a union (commutative, associative,
// idempotent), and everything a row says is a pure function of the set, so that
// every permutation and duplication of the same events ends in the same row,
// byte for byte.
package order

import (
	"cmp"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// Table is the short name of the table of orders, and Kind the kind of its rows.
const (
	Table = "orders"
	Kind  = "order"
)

// Statuses of an order, highest first.
const (
	Lost              = "lost"
	Disputed          = "disputed"
	Refunded          = "refunded"
	PartiallyRefunded = "partially_refunded"
	Paid              = "paid"
	Authorized        = "authorized"
	Processing        = "processing"
	Failed            = "failed"
	Canceled          = "canceled"
	Open              = "open"
)

// Order is one row. Amounts are Stripe's integers in the minor unit of Currency.
type Order struct {
	Order     string `json:"order"` // the payment intent, else the charge, invoice or checkout session
	Reference string `json:"reference,omitempty"`
	Status    string `json:"status"`
	Currency  string `json:"currency"`
	Amount    int64  `json:"amount"`
	Paid      int64  `json:"paid"` // gross: refunds and disputes are not taken off
	Refunded  int64  `json:"refunded"`
	Disputed  int64  `json:"disputed"` // in open disputes
	Lost      int64  `json:"lost"`     // in disputes that were lost
	event.Scope

	// Facts is all that the fields above are computed from.
	Facts Facts `json:"facts"`
}

// Merge returns the row of the order id, as it was before, with what e says. It
// gives the same order for the same set of events in any sequence, and changes
// nothing for an event it has seen. The event must be about the order, in its
// scope; see Key.
func Merge(old Order, id string, e facts.Event) Order {
	return of(e.Scope, id, old.Facts.union(reported(e)))
}

// of computes the row of an order from its facts.
func of(s event.Scope, id string, f Facts) Order {
	if !f.isOrder() {
		return Order{Order: id, Scope: s, Facts: f}
	}
	o := Order{Order: id, Reference: f.reference(), Currency: f.currency(), Scope: s, Facts: f}
	o.Amount = f.amount(o.Currency)
	o.Paid = f.paid(o.Currency)
	o.Refunded = min(f.refunded(), o.Paid)
	o.Disputed = f.disputed(o.Currency, o.Paid)
	o.Lost = min(f.lost(o.Currency, o.Paid), o.Paid-o.Refunded) // no more than there was left
	o.Status = f.status(o)
	return o
}

// isOrder: something was paid or tried. The row of an invoice that was paid through
// Stripe, or not at all, is none: it has no status, and keeps what the invoice says
// of the orders of its payments.
func (f Facts) isOrder() bool {
	i, s := f.Invoice, f.Session
	return f.Intent.Known || len(f.Charges)+len(f.Attempts.Charges)+len(f.Refunds)+len(f.Disputes) > 0 || i.Paid > 0 || i.recorded() > 0 ||
		s.Paid || s.Free || s.Expired || s.Unpaid != 0 || s.Failed != 0
}

// Key names the row of the order that the event is about. The error is a Skip if
// it is about none.
func Key(e facts.Event) (kind, id string, err error) {
	id, err = orderOf(e)
	return Kind, id, err
}

// Row names the row that the event changes: that of Key, else that of the invoice
// or subscription whose reference it reports or which it ties to a payment.
func Row(e facts.Event) (kind, id string, err error) {
	if kind, id, err = Key(e); !event.Skipped(err) {
		return kind, id, err
	}
	switch {
	case e.Invoice != nil:
		id = e.Invoice.ID
	case e.InvoicePayment != nil && (e.InvoicePayment.PaymentIntent != "" || e.InvoicePayment.Charge != ""):
		id = e.InvoicePayment.Invoice
	case e.Session != nil && e.Session.Mode == "subscription" && reported(e).reference() != "":
		id = cmp.Or(e.Session.Invoice, e.Session.Subscription)
	}
	if id == "" {
		return "", "", err
	}
	return Kind, id, nil
}

func orderOf(e facts.Event) (id string, err error) {
	switch {
	case e.PaymentIntent != nil:
		id = e.PaymentIntent.ID
	case e.Charge != nil:
		id = cmp.Or(e.Charge.PaymentIntent, e.Charge.ID)
	case e.Refund != nil:
		id = cmp.Or(e.Refund.PaymentIntent, e.Refund.Charge)
	case e.Dispute != nil:
		id = cmp.Or(e.Dispute.PaymentIntent, e.Dispute.Charge)
	case e.Session != nil:
		return ofSession(*e.Session, e.Type)
	case e.Invoice != nil:
		return ofInvoice(*e.Invoice, e.Type)
	case e.InvoicePayment != nil:
		return ofRecord(*e.InvoicePayment, e.Type)
	case e.Review != nil:
		return "", event.Skip("a review holds an order and changes nothing in it")
	default:
		return "", event.Skip("not about an order")
	}
	if id == "" {
		return "", event.Skip("it names neither a payment intent nor a charge")
	}
	return id, nil
}

func ofSession(s facts.CheckoutSession, typ string) (id string, err error) {
	switch {
	case s.Mode != "payment":
		return "", event.Skipf("a checkout session in %s mode is not an order", cmp.Or(s.Mode, "no"))
	case s.PaymentIntent != "":
		return s.PaymentIntent, nil
	case typ == "checkout.session.expired", s.Status == "expired", s.PaymentStatus == "no_payment_required":
		return s.ID, nil
	default:
		return "", event.Skip("a checkout session without a payment intent is an order only if it expired or needed no payment")
	}
}

func ofInvoice(i facts.Invoice, typ string) (id string, err error) {
	switch {
	case !paidTypes[typ]:
		return "", event.Skip("only an invoice that was paid can be an order")
	case i.PaidOutside()+i.PaidFromBalance() > 0:
		return i.ID, nil
	case i.AmountDue == 0:
		return "", event.Skip("the invoice was not paid: nothing was due")
	default:
		return "", event.Skip("the invoice's payment intents are the orders")
	}
}

// ofRecord: what was paid by an intent or a charge is their order.
func ofRecord(p facts.InvoicePayment, typ string) (id string, err error) {
	switch {
	case p.PaymentRecord == "" || p.Invoice == "":
		return "", event.Skip("what paid the invoice is the order")
	case typ != "invoice_payment.paid" && p.Status != "paid", p.AmountPaid <= 0:
		return "", event.Skip("nothing was paid outside Stripe yet")
	default:
		return p.Invoice, nil
	}
}
