package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// Granter keeps one row per customer.
type Granter struct {
	Stripe Lists
}

// Settings is what template.yaml says about access, for those who read the rows.
type Settings struct {
	GraceDays int // that access outlasts a failed payment or a missing renewal
}

// Grace is what Rows and Check take.
func (s Settings) Grace() time.Duration { return time.Duration(s.GraceDays) * 24 * time.Hour }

// SettingsFrom reads the environment variable GRACE_DAYS; a week without it.
func SettingsFrom(getenv func(string) string) (Settings, error) {
	text := getenv("GRACE_DAYS")
	if text == "" {
		return Settings{GraceDays: 7}, nil
	}
	days, err := strconv.Atoi(text)
	if err != nil || days < 0 {
		return Settings{}, fmt.Errorf("environment variable GRACE_DAYS is %q: expected a number of days, 0 or more", text)
	}
	return Settings{GraceDays: days}, nil
}

// Lists reads from Stripe what an event did not have room for. Safe for concurrent
// use. Errors are event.ErrNotConfigured without an API key for the event's mode,
// and verdicts that an action can return.
type Lists interface {
	Items(ctx context.Context, e facts.Event) ([]facts.SubscriptionItem, error)
	Entitlements(ctx context.Context, e facts.Event) ([]facts.Entitlement, error)
}

// Grant adds the event to the facts of its customer. What a customer may use is
// a function of those facts alone, so late and repeated events change nothing
// that they should not.
func (g Granter) Grant(ctx context.Context, e *action.Event[facts.Event]) error {
	kind, id, err := Key(e.Object)
	if err != nil {
		return err
	}
	full, whole, err := g.complete(ctx, e)
	if err != nil {
		return err
	}
	part := ""
	if !whole {
		part = "; the event lists only a part and there is no Stripe API key to fetch the rest: what it names is granted, nothing is taken away"
	}
	return action.Update(e, Table, kind, id, func(old Customer) (Customer, error) {
		c := merge(old, id, e.Object, full)
		e.Outcome(Effect(e.Object, full, old, c) + part)
		return c, nil
	})
}

// complete adds to the event what it did not list, fetched once; false if there is no
// key. What the event does list stays: the list is younger, and a removal in between
// is reported by another event.
func (g Granter) complete(ctx context.Context, e *action.Event[facts.Event]) (full facts.Event, whole bool, err error) {
	full = e.Object
	switch {
	case full.Subscription != nil && !full.Subscription.ItemsComplete:
		got, err := fetch(ctx, e, "items/", g.Stripe.Items)
		if err != nil || !got.Known {
			return full, false, err
		}
		s := *full.Subscription
		s.Items, s.ItemsComplete = dated(got.All, s.Items), true
		full.Subscription = &s
	case full.Entitlements != nil && !full.Entitlements.Complete:
		got, err := fetch(ctx, e, "entitlements/", g.Stripe.Entitlements)
		if err != nil || !got.Known {
			return full, false, err
		}
		s := *full.Entitlements
		s.Entitlements, s.Complete = slices.Concat(got.All, s.Entitlements), true
		full.Entitlements = &s
	}
	return full, true, nil
}

// list is what Stripe listed for an event, or that there was no key to ask with.
type list[T any] struct {
	Known bool `json:"known"`
	All   []T  `json:"all,omitempty"`
}

// fetch reads a list for the event. All attempts get the same one, and so does an
// audit, whether or not there is a key by then.
func fetch[T any](ctx context.Context, e *action.Event[facts.Event], key string, read func(context.Context, facts.Event) ([]T, error)) (list[T], error) {
	return action.Fetch(ctx, e, key+e.ID, func(ctx context.Context) (list[T], error) {
		all, err := read(ctx, e.Object)
		if errors.Is(err, event.ErrNotConfigured) {
			return list[T]{}, nil
		}
		return list[T]{true, all}, err
	})
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
