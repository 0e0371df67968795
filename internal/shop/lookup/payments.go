package lookup

import (
	"context"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/invoice"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/shop/billing"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

var _ billing.Source = Stripe{}

// Payments implements billing.Source. The list is of newer API versions than that
// of stripe-go, which has no type for it.
func (l Stripe) Payments(ctx context.Context, s event.Scope, invoice string) ([]facts.InvoicePayment, error) {
	return l.payments(ctx, s, map[string]string{"invoice": invoice})
}

// InvoiceOf returns the invoice that a payment intent pays, as mails.Source asks for.
func (l Stripe) InvoiceOf(ctx context.Context, s event.Scope, intent string) (string, error) {
	all, err := l.payments(ctx, s, map[string]string{"payment[type]": "payment_intent", "payment[payment_intent]": intent})
	if err != nil || len(all) == 0 {
		return "", err
	}
	return all[0].Invoice, nil
}

func (l Stripe) payments(ctx context.Context, s event.Scope, of map[string]string) (all []facts.InvoicePayment, err error) {
	bodies, err := l.Client.List(ctx, s, "/v1/invoice_payments", string(facts.ListsInvoicePayments), of)
	if err != nil {
		return nil, err
	}
	for _, body := range bodies {
		p, err := facts.ReadInvoicePayment(body)
		if err != nil {
			return nil, event.Permanent(err)
		}
		all = append(all, p)
	}
	return all, nil
}

// Invoice returns an invoice with what a mail needs of it, as mails.Source asks for.
// It has personal data: keep it out of the ledger and of every log.
func (l Stripe) Invoice(ctx context.Context, s event.Scope, id string) (facts.Invoice, error) {
	what := "read invoice " + id
	api, err := l.Client.For(ctx, s)
	if err != nil {
		return facts.Invoice{}, stripeapi.ReadError(what, err)
	}
	got, err := invoice.Client{B: api}.Get(id, &stripe.InvoiceParams{Params: stripeapi.Params(ctx, s.Account)})
	if err != nil {
		return facts.Invoice{}, stripeapi.ReadError(what, err)
	}
	i := facts.Invoice{
		ID: got.ID, CustomerEmail: got.CustomerEmail, CustomerName: got.CustomerName, CustomerPhone: got.CustomerPhone,
		HostedURL: got.HostedInvoiceURL, Metadata: got.Metadata, Number: got.Number,
		Total: got.Total, AmountDue: got.AmountDue, AmountPaid: got.AmountPaid, AmountRemaining: got.AmountRemaining, Currency: string(got.Currency),
	}
	if got.Customer != nil {
		i.Customer = got.Customer.ID
	}
	return i, nil
}
