package lookup

import (
	"context"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/checkout/session"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/shop/inventory"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

var _ inventory.Source = Stripe{}

// Lines implements inventory.Source. A line without a price is left out: nothing
// names its item.
func (l Stripe) Lines(ctx context.Context, s event.Scope, id string) (all inventory.Listing, err error) {
	what := "list the line items of " + id
	api, err := l.Client.For(ctx, s)
	if err != nil {
		return all, stripeapi.ReadError(what, err)
	}
	list := session.Client{B: api}.ListLineItems(&stripe.CheckoutSessionListLineItemsParams{
		ListParams: stripeapi.ListParams(ctx, s.Account), Session: &id,
	})
	for list.Next() {
		if l := list.LineItem(); l.Price != nil && l.Price.Type != stripe.PriceTypeRecurring {
			if item := itemOf(l.Price); item != "" {
				all.Lines = append(all.Lines, inventory.Line{Item: item, Quantity: l.Quantity})
			}
		}
	}
	if err := list.Err(); err != nil {
		return inventory.Listing{}, stripeapi.ReadError(what, err)
	}
	return all, nil
}

// itemOf is the price, else the product.
func itemOf(p *stripe.Price) string {
	if p.ID == "" && p.Product != nil {
		return p.Product.ID
	}
	return p.ID
}
