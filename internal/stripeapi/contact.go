package stripeapi

import (
	"context"

	"github.com/payhooks/payhooks/internal/journal"
	"github.com/stripe/stripe-go/v76"
)

// Contact is how a customer can be reached. Both may be empty, and neither is
// checked. It is personal data: keep it out of the ledger and of every log.
type Contact struct{ Email, Phone string }

// Contact fetches a customer's address and number; nothing of a deleted one.
// Its errors are those of Refunds.
func (c *Client) Contact(ctx context.Context, of journal.Owner, customer string) (Contact, error) {
	what := "read the address of " + customer
	api, err := c.For(ctx, of.Account, of.Livemode)
	if err != nil {
		return Contact{}, readError(what, err)
	}
	got, err := api.Customers.Get(customer, &stripe.CustomerParams{Params: Params(ctx, of.Account)})
	if err != nil {
		return Contact{}, readError(what, err)
	}
	return Contact{Email: got.Email, Phone: got.Phone}, nil
}
