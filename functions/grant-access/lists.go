package main

import (
	"context"
	"fmt"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripeapi"
	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/client"
)

// api lists through Stripe's API.
type api struct {
	// For returns the client for a scope, or event.ErrNotConfigured.
	For func(context.Context, event.Scope) (*client.API, error)
}

// Items lists all items of the event's subscription, without their periods.
func (a api) Items(ctx context.Context, e facts.Event) (all []facts.SubscriptionItem, err error) {
	c, err := a.For(ctx, e.Scope)
	if err != nil {
		return nil, err
	}
	list := c.SubscriptionItems.List(&stripe.SubscriptionItemListParams{
		ListParams: stripeapi.ListParams(ctx, e.Account), Subscription: &e.Subscription.ID,
	})
	for list.Next() {
		i := list.SubscriptionItem()
		item := facts.SubscriptionItem{ID: i.ID, Quantity: i.Quantity}
		if i.Price != nil {
			item.Price = i.Price.ID
			if i.Price.Product != nil {
				item.Product = i.Price.Product.ID
			}
		}
		all = append(all, item)
	}
	if err := list.Err(); err != nil {
		return nil, fmt.Errorf("list the items of %s: %w", e.Subscription.ID, err)
	}
	return all, nil
}

// Entitlements lists all active entitlements of the event's customer.
func (a api) Entitlements(ctx context.Context, e facts.Event) (all []facts.Entitlement, err error) {
	c, err := a.For(ctx, e.Scope)
	if err != nil {
		return nil, err
	}
	list := c.EntitlementsActiveEntitlements.List(&stripe.EntitlementsActiveEntitlementListParams{
		ListParams: stripeapi.ListParams(ctx, e.Account), Customer: &e.Entitlements.Customer,
	})
	for list.Next() {
		n := list.EntitlementsActiveEntitlement()
		all = append(all, facts.Entitlement{ID: n.ID, Feature: n.Feature, LookupKey: n.LookupKey})
	}
	if err := list.Err(); err != nil {
		return nil, fmt.Errorf("list the entitlements of %s: %w", e.Entitlements.Customer, err)
	}
	return all, nil
}
