package lookup

import (
	"context"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/shop/billing"
)

var _ billing.Source = Stripe{}

// Payments implements billing.Source. The list is of newer API versions than that
// of stripe-go, which has no type for it.
func (l Stripe) Payments(ctx context.Context, s event.Scope, invoice string) (all []facts.InvoicePayment, err error) {
	bodies, err := l.Client.List(ctx, s, "/v1/invoice_payments", string(facts.ListsInvoicePayments), map[string]string{"invoice": invoice})
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
