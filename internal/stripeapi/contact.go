package stripeapi

import (
	"context"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/stripe/stripe-go/v76"
)

// Contact is how to contact a customer. Both may be empty, and neither is checked. It is personal data: keep it out of the ledger and of every log.
type Contact struct{ Email, Phone string }

// Contact fetches a customer's address and number; nothing of a deleted one.
// Its errors are those of Refunds.
func (c *Client) Contact(ctx context.Context, s event.Scope, customer string) (Contact, error) {
	what := "read the address of " + customer
	api, err := c.For(ctx, s)
	if err != nil {
		return Contact{}, readError(what, err)
	}
	got, err := api.Customers.Get(customer, &stripe.CustomerParams{Params: Params(ctx, s.Account)})
	if err != nil {
		return Contact{}, readError(what, err)
	}
	return Contact{Email: got.Email, Phone: got.Phone}, nil
}
