package facts

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Invoice is a bill. What it was paid with differs most between versions.
type Invoice struct {
	ID              string
	Status          string // draft, open, paid, void, uncollectible
	Number          string
	Total           int64
	AmountDue       int64
	AmountPaid      int64
	AmountRemaining int64
	Currency        string
	// PaidOutOfBand: marked as paid outside Stripe. Newer versions leave it out.
	// AmountPaidOffStripe replaces it there.
	PaidOutOfBand       bool
	AmountPaidOffStripe int64
	// The customer's balance before and after the invoice, negative where it is
	// the customer's credit; HasBalances is false where the payload has not both.
	StartingBalance, EndingBalance int64
	HasBalances                    bool
	CreditedBefore                 int64    // pre_payment_credit_notes_amount
	PaymentIntents                 []string // .payment_intent, later payments.data[].payment.payment_intent
	Charges                        []string // .charge, later payments.data[].payment.charge
	// Records are its payments outside Stripe, if the payload contains them.
	Records       []InvoicePayment
	Subscription  string // .subscription, later parent.subscription_details.subscription
	BillingReason string // see Event.BeginsSubscription
	// The period of what was used before, which is not that of the subscription.
	PeriodStart, PeriodEnd time.Time
	Customer               string
	CustomerEmail          string
	CustomerName           string
	CustomerPhone          string
	HostedURL              string // hosted_invoice_url: where the customer can pay
	AttemptCount           int64
	NextAttempt            time.Time // zero: Stripe makes no further attempt
	Metadata               map[string]string
	Created                time.Time
}

// InvoicePayment connects an invoice to what paid it, in versions of which
// NamesInvoiceOfPayment is false.
type InvoicePayment struct {
	ID            string
	Invoice       string
	PaymentIntent string
	Charge        string
	PaymentRecord string // what was paid outside Stripe
	Status        string // open, paid, canceled
	AmountPaid    int64
	Currency      string
	Created       time.Time
}

// Outside is what was paid outside Stripe, once it is.
func (p InvoicePayment) Outside() int64 {
	if p.PaymentRecord == "" || p.Status != "paid" {
		return 0
	}
	return p.AmountPaid
}

func invoice(n node) *Invoice {
	i := &Invoice{
		ID:                  n.text("id"),
		Status:              n.text("status"),
		Number:              n.text("number"),
		Total:               n.integer("total"),
		AmountDue:           n.integer("amount_due"),
		AmountPaid:          n.integer("amount_paid"),
		AmountRemaining:     n.integer("amount_remaining"),
		Currency:            n.text("currency"),
		PaidOutOfBand:       n.flag("paid_out_of_band"),
		AmountPaidOffStripe: n.integer("amount_paid_off_stripe"),
		StartingBalance:     n.integer("starting_balance"),
		EndingBalance:       n.integer("ending_balance"),
		HasBalances:         n.has("starting_balance") && n.has("ending_balance"),
		CreditedBefore:      n.integer("pre_payment_credit_notes_amount"),
		Subscription:        cmp.Or(n.id("subscription"), n.in("parent").in("subscription_details").id("subscription")),
		BillingReason:       n.text("billing_reason"),
		PeriodStart:         n.time("period_start"),
		PeriodEnd:           n.time("period_end"),
		Customer:            n.id("customer"),
		CustomerEmail:       n.text("customer_email"),
		CustomerName:        n.text("customer_name"),
		CustomerPhone:       n.text("customer_phone"),
		HostedURL:           n.text("hosted_invoice_url"),
		AttemptCount:        n.integer("attempt_count"),
		NextAttempt:         n.time("next_payment_attempt"),
		Metadata:            n.metadata(),
		Created:             cmp.Or(n.time("created"), n.time("date")),
	}
	i.PaymentIntents = unite(i.PaymentIntents, n.id("payment_intent"))
	i.Charges = unite(i.Charges, n.id("charge"))
	payments, _ := n.list("payments")
	for _, m := range payments {
		i.Add(*invoicePayment(m))
	}
	return i
}

// Add adds one payment of the invoice to what it was paid with.
func (i *Invoice) Add(p InvoicePayment) {
	if p.PaymentRecord != "" {
		p.Invoice = i.ID
		i.Records = append(i.Records, p)
	}
	i.PaymentIntents = unite(i.PaymentIntents, p.PaymentIntent)
	i.Charges = unite(i.Charges, p.Charge)
}

// LacksPayments reports whether the event is about an invoice that was paid, in a
// version whose payload does not say by what.
func (e Event) LacksPayments() bool {
	i := e.Invoice
	return i != nil && (e.Type == "invoice.paid" || e.Type == "invoice.payment_succeeded") && !e.Version().NamesInvoiceOfPayment() &&
		i.AmountPaid > 0 && i.AmountPaidOffStripe == 0 && len(i.PaymentIntents)+len(i.Charges)+len(i.Records) == 0
}

// ReadInvoicePayment reads one object of Stripe's list of them.
func ReadInvoicePayment(body []byte) (InvoicePayment, error) {
	r := &reader{}
	p := invoicePayment(r.object("invoice_payment", body))
	if r.err != nil {
		return InvoicePayment{}, fmt.Errorf("%w: %w", event.ErrInvalid, r.err)
	}
	return *p, nil
}

// PaidOutside is what the invoice itself says was paid outside Stripe: all that was
// due, not the total, of which a credit note or the balance may have taken a part.
// In newer versions it is in the invoice's payments instead.
func (i Invoice) PaidOutside() int64 {
	if i.PaidOutOfBand {
		return i.AmountDue
	}
	return i.AmountPaidOffStripe
}

// PaidFromBalance is what the customer's credit paid of an invoice of which nothing
// was due. Nothing due alone does not say so: a credit note may have taken it off,
// or Stripe has put an amount below the smallest charge on the customer's account.
func (i Invoice) PaidFromBalance() int64 {
	switch {
	case i.AmountDue != 0:
		return 0
	case !i.HasBalances:
		return max(0, i.Total-i.CreditedBefore)
	default:
		return max(0, min(min(0, i.EndingBalance)-min(0, i.StartingBalance), i.Total))
	}
}

// invoiceOf is the invoice that a payment names: in newer versions, which have no
// invoice there, Stripe puts its id where the shop could put its own text.
func invoiceOf(n node) string {
	if ref := n.in("payment_details").text("order_reference"); !n.has("invoice") && strings.HasPrefix(ref, "in_") {
		return ref
	}
	return n.id("invoice")
}

func invoicePayment(n node) *InvoicePayment {
	with := n.in("payment")
	return &InvoicePayment{
		ID:            n.text("id"),
		Invoice:       n.id("invoice"),
		PaymentIntent: with.id("payment_intent"),
		Charge:        with.id("charge"),
		PaymentRecord: with.id("payment_record"),
		Status:        n.text("status"),
		AmountPaid:    n.integer("amount_paid"),
		Currency:      n.text("currency"),
		Created:       n.time("created"),
	}
}

// unite adds an id that is not empty and not there yet.
func unite(ids []string, id string) []string {
	for _, known := range ids {
		if known == id {
			return ids
		}
	}
	if id == "" {
		return ids
	}
	return append(ids, id)
}
