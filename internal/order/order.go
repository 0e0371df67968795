// Package order decides what became of an order from whatever events of it are
// known, in whatever order and however often they came.
//
// What is kept is a set of facts. Merging is a union (commutative, associative,
// idempotent), and everything a row says is a pure function of the set, so that
// every permutation and duplication of the same events ends in the same row,
// byte for byte.
package order

import "github.com/payhooks/payhooks/internal/facts"

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
	Account   string `json:"account,omitempty"`
	Livemode  bool   `json:"livemode"`

	// Facts is all that the fields above are computed from.
	Facts Facts `json:"facts"`
}

// Merge returns old with what e says. It gives the same order for the same set
// of events in any sequence, and changes nothing for an event it has seen. Both
// must be about one order; see Key.
func Merge(old Order, e facts.Event) Order {
	key, _ := Key(e)
	return of(first(old.Order, key), old.Facts.union(tell(e)))
}

// of computes the row of an order from its facts.
func of(key string, f Facts) Order {
	o := Order{
		Order:     key,
		Reference: f.reference(),
		Currency:  f.currency(),
		Amount:    f.amount(),
		Paid:      f.paid(),
		Refunded:  f.refunded(),
		Disputed:  f.disputed(),
		Lost:      f.lost(),
		Account:   f.Account,
		Livemode:  f.Livemode,
		Facts:     f,
	}
	o.Status = f.status(o)
	return o
}

// Key names the order that the event is about. An event that is about none has
// an empty key, and why says so.
func Key(e facts.Event) (key, why string) {
	switch {
	case e.PaymentIntent != nil:
		key = e.PaymentIntent.ID
	case e.Charge != nil:
		key = first(e.Charge.PaymentIntent, e.Charge.ID)
	case e.Refund != nil:
		key = first(e.Refund.PaymentIntent, e.Refund.Charge)
	case e.Dispute != nil:
		key = first(e.Dispute.PaymentIntent, e.Dispute.Charge)
	case e.Session != nil:
		return sessionKey(*e.Session, e.Type)
	case e.Invoice != nil:
		return invoiceKey(*e.Invoice, e.Type)
	case e.InvoicePayment != nil:
		return recordKey(*e.InvoicePayment, e.Type)
	case e.Review != nil:
		return "", "a review holds an order and changes nothing in it"
	default:
		return "", "not about an order"
	}
	if key == "" {
		return "", "it names neither a payment intent nor a charge"
	}
	return key, ""
}

func sessionKey(s facts.CheckoutSession, event string) (key, why string) {
	switch {
	case s.Mode != "payment":
		return "", "a checkout session in " + first(s.Mode, "no") + " mode is no order"
	case s.PaymentIntent != "":
		return s.PaymentIntent, ""
	case event == "checkout.session.expired", s.Status == "expired", s.PaymentStatus == "no_payment_required":
		return s.ID, ""
	default:
		return "", "a checkout session without a payment intent is an order only if it expired or needed no payment"
	}
}

func invoiceKey(i facts.Invoice, event string) (key, why string) {
	outside := i.PaidOutOfBand || i.AmountPaidOffStripe > 0
	switch {
	case event != "invoice.paid" && event != "invoice.payment_succeeded":
		return "", "only an invoice that was paid can be an order"
	case i.Total <= 0:
		return "", "an invoice without a total is no order"
	case !outside && i.AmountDue != 0:
		return "", "the invoice's payment intents are the orders"
	default:
		return i.ID, ""
	}
}

// recordKey: what was paid by an intent or a charge is their order.
func recordKey(p facts.InvoicePayment, event string) (key, why string) {
	switch {
	case p.PaymentRecord == "" || p.Invoice == "":
		return "", "what paid the invoice is the order"
	case event != "invoice_payment.paid" && p.Status != "paid", p.AmountPaid <= 0:
		return "", "nothing was paid outside Stripe yet"
	default:
		return p.Invoice, ""
	}
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
