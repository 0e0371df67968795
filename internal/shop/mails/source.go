package mails

import (
	"context"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/shop/billing"
)

// Source reads Stripe's API. Safe for concurrent use. Errors are
// event.ErrNotConfigured without an API key for the scope's mode,
// event.ErrNotFound for an object that does not exist in the scope,
// event.ErrDenied for a key that may not read it, and verdicts that an action can
// return.
type Source interface {
	billing.Source
	// Contact returns a customer's address and number, unchecked, and the preferred
	// locales, as in pt-BR; each may be empty.
	Contact(ctx context.Context, s event.Scope, customer string) (email, phone string, locales []string, err error)
	// Invoice returns an invoice with what a mail needs of it: whom it went to, its
	// amounts, which decide about the key of a receipt, and the page to pay on.
	Invoice(ctx context.Context, s event.Scope, id string) (facts.Invoice, error)
	// InvoiceOf returns the id of the invoice that a payment intent pays, empty if it
	// pays none.
	InvoiceOf(ctx context.Context, s event.Scope, intent string) (id string, err error)
	// Refunds returns all refunds of a charge.
	Refunds(ctx context.Context, s event.Scope, charge string) ([]facts.Refund, error)
}
