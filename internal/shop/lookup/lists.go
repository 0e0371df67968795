package lookup

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/entitlements/activeentitlement"
	"github.com/stripe/stripe-go/v76/subscriptionitem"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/shop/access"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

var _ access.Lists = Stripe{}

// Items lists all items of the event's subscription, without their periods.
func (l Stripe) Items(ctx context.Context, e facts.Event) (all []facts.SubscriptionItem, err error) {
	what := "list the items of " + e.Subscription.ID
	c, err := l.Client.For(ctx, e.Scope)
	if err != nil {
		return nil, stripeapi.ReadError(what, err)
	}
	list := subscriptionitem.Client{B: c}.List(&stripe.SubscriptionItemListParams{
		ListParams: stripeapi.ListParams(ctx, e.Account), Subscription: &e.Subscription.ID,
	})
	for list.Next() {
		i := list.SubscriptionItem()
		item := facts.SubscriptionItem{ID: i.ID, Quantity: i.Quantity}
		item.HasQuantity = i.Quantity != 0 || slices.Contains(zeros(list.SubscriptionItemList().LastResponse), i.ID)
		if i.Price != nil {
			item.Price = i.Price.ID
			if i.Price.Product != nil {
				item.Product = i.Price.Product.ID
			}
		}
		all = append(all, item)
	}
	if err := list.Err(); err != nil {
		return nil, stripeapi.ReadError(what, err)
	}
	return all, nil
}

// zeros are the items of a page with the quantity 0. The client's type does not
// distinguish them from metered ones, which have none.
func zeros(page *stripe.APIResponse) (ids []string) {
	var list struct {
		Data []struct {
			ID       string `json:"id"`
			Quantity *int64 `json:"quantity"`
		} `json:"data"`
	}
	if page == nil || json.Unmarshal(page.RawJSON, &list) != nil {
		return nil
	}
	for _, i := range list.Data {
		if i.Quantity != nil && *i.Quantity == 0 {
			ids = append(ids, i.ID)
		}
	}
	return ids
}

// Entitlements lists all active entitlements of the event's customer.
func (l Stripe) Entitlements(ctx context.Context, e facts.Event) (all []facts.Entitlement, err error) {
	what := "list the entitlements of " + e.Entitlements.Customer
	c, err := l.Client.For(ctx, e.Scope)
	if err != nil {
		return nil, stripeapi.ReadError(what, err)
	}
	list := activeentitlement.Client{B: c}.List(&stripe.EntitlementsActiveEntitlementListParams{
		ListParams: stripeapi.ListParams(ctx, e.Account), Customer: &e.Entitlements.Customer,
	})
	for list.Next() {
		n := list.EntitlementsActiveEntitlement()
		all = append(all, facts.Entitlement{ID: n.ID, Feature: n.Feature, LookupKey: n.LookupKey})
	}
	if err := list.Err(); err != nil {
		return nil, stripeapi.ReadError(what, err)
	}
	return all, nil
}
