package lookup

import (
	"context"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/customer"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

// Contact returns a customer's address and number, unchecked, and preferred locales, as
// mails.Source asks for. All are empty for a deleted customer. They are personal data: keep them out
// of the ledger and of every log.
//
// This file does not import package mails: its templates would be parsed at the
// start of every function that reads anything at Stripe.
func (l Stripe) Contact(ctx context.Context, s event.Scope, id string) (email, phone string, locales []string, err error) {
	what := "read the address of " + id
	api, err := l.Client.For(ctx, s)
	if err != nil {
		return "", "", nil, stripeapi.ReadError(what, err)
	}
	got, err := customer.Client{B: api}.Get(id, &stripe.CustomerParams{Params: stripeapi.Params(ctx, s.Account)})
	if err != nil {
		return "", "", nil, stripeapi.ReadError(what, err)
	}
	return got.Email, got.Phone, got.PreferredLocales, nil
}
