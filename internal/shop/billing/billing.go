// Package billing completes what an event says of an invoice with what only Stripe
// lists.
package billing

import (
	"context"
	"errors"
	"fmt"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// Source reads Stripe's API. Safe for concurrent use. Its errors are those of
// lookup.Stripe.
type Source interface {
	// Payments returns all payments of an invoice.
	Payments(ctx context.Context, s event.Scope, invoice string) ([]facts.InvoicePayment, error)
}

// Complete adds the payments of a paid invoice that does not name them: in newer
// API versions they are in separate events, which came later than the list and
// which an endpoint may not subscribe to. The list is a fact of the event: every
// attempt gets the same, and so does an audit. Without an API key it is empty.
func Complete(ctx context.Context, e *action.Event[facts.Event], source Source) error {
	if !e.Object.LacksPayments() {
		return nil
	}
	id := e.Object.Invoice.ID
	all, err := action.Fetch(ctx, e, "payments/"+e.ID, func(ctx context.Context) ([]facts.InvoicePayment, error) {
		all, err := source.Payments(ctx, e.Scope, id)
		if errors.Is(err, event.ErrNotConfigured) || errors.Is(err, event.ErrNotFound) {
			return nil, nil
		}
		return all, err
	})
	if errors.Is(err, event.ErrDenied) {
		return fmt.Errorf("only Stripe lists the payments of %s, and its API key needs the permission to read Invoices: %w", id, err)
	}
	for _, p := range all {
		e.Object.Invoice.Add(p)
	}
	return err
}
