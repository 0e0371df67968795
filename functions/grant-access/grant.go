package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/payhooks/payhooks/internal/access"
	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

// granter keeps one row per customer. GraceDays goes into each row, so that
// whoever reads it needs no settings.
type granter struct {
	GraceDays int
	Stripe    lists
}

// lists reads from Stripe what an event did not have room for. Without a key
// for the event's account the error is stripeapi.ErrNoKey.
type lists interface {
	Items(ctx context.Context, e facts.Event) ([]facts.SubscriptionItem, error)
	Entitlements(ctx context.Context, e facts.Event) ([]facts.Entitlement, error)
}

// grant adds the event to the facts of its customer. What a customer may use is
// a function of those facts alone, so late and repeated events change nothing
// that they should not.
func (g granter) grant(ctx context.Context, e *action.Event[facts.Event]) error {
	key, why := access.Key(e.Object)
	if key == "" {
		return action.Skip(why)
	}
	whole, err := g.complete(ctx, &e.Object)
	if err != nil {
		return err
	}
	if !whole {
		e.Outcome("the event lists only a part and there is no Stripe API key to fetch the rest: what it names is granted, nothing is taken away")
	}
	return action.Update(e, access.Table, event.Scoped(e.Account, key), func(old access.Customer) (access.Customer, error) {
		return access.Merge(old, e.Object, g.GraceDays), nil
	})
}

// complete fetches what the event did not list; false if there is no key. What
// the event does list stays: the list is younger, and what was taken away in
// between is told by an event of its own.
func (g granter) complete(ctx context.Context, e *facts.Event) (bool, error) {
	var err error
	switch {
	case e.Subscription != nil && !e.Subscription.ItemsComplete:
		var all []facts.SubscriptionItem
		if all, err = g.Stripe.Items(ctx, *e); err == nil {
			e.Subscription.Items, e.Subscription.ItemsComplete = dated(all, e.Subscription.Items), true
		}
	case e.Entitlements != nil && !e.Entitlements.Complete:
		var all []facts.Entitlement
		if all, err = g.Stripe.Entitlements(ctx, *e); err == nil {
			e.Entitlements.Entitlements, e.Entitlements.Complete = append(all, e.Entitlements.Entitlements...), true
		}
	}
	if errors.Is(err, stripeapi.ErrNoKey) {
		return false, nil
	}
	return true, stripeapi.Verdict(err)
}

// dated gives the items that were fetched the period of those in the event: the
// API version that they are fetched in has it on the subscription only. It adds
// those of the event that are not among them.
func dated(items, known []facts.SubscriptionItem) []facts.SubscriptionItem {
	var start, end time.Time
	for _, k := range known {
		if k.PeriodEnd.After(end) {
			start, end = k.PeriodStart, k.PeriodEnd
		}
	}
	for i := range items {
		items[i].PeriodStart, items[i].PeriodEnd = start, end
	}
	for _, k := range known {
		if n := slices.IndexFunc(items, func(i facts.SubscriptionItem) bool { return i.ID == k.ID }); n >= 0 {
			items[n] = k
		} else {
			items = append(items, k)
		}
	}
	return items
}

// graceDays reads the setting; a week without one.
func graceDays(setting string) (int, error) {
	if setting == "" {
		return 7, nil
	}
	days, err := strconv.Atoi(setting)
	if err != nil || days < 0 {
		return 0, fmt.Errorf("environment variable GRACE_DAYS is %q: want a number of days, 0 or more", setting)
	}
	return days, nil
}
