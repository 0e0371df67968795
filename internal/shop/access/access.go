// Package access decides what a customer may use from whatever events of their
// subscriptions and entitlements are known, in whatever order and however often
// they came.
//
// One row per customer keeps facts, no more than the rules can need. Merging is
// a union, and what the row means is a pure function of the facts and the time,
// so that every permutation and duplication of the same events ends in the same
// row, byte for byte, and a late event never gives back what was taken away.
package access

import (
	"maps"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// Table is the short name of the table that keeps a Customer per customer id,
// and Kind the kind of its rows.
const (
	Table = "access"
	Kind  = "customer"
)

// Customer is one row: the record of one customer. Rows and Check return what it
// means at a time.
type Customer struct {
	Customer string `json:"customer"`
	event.Scope
	// GraceDays is how long access outlasts a failed payment, and the end of a
	// period whose renewal was not reported. It is that of the last event.
	GraceDays     int             `json:"grace_days"`
	Subscriptions map[string]Life `json:"subscriptions,omitempty"`
	Features      Life            `json:"features,omitzero"` // the entitlement summaries
}

// Merge returns the row of the customer id, as it was before, with what e says.
// It gives the same row for the same set of events in any sequence, and changes
// nothing for an event it has seen. The event must be about the customer, in its
// scope; see Key.
func Merge(old Customer, id string, e facts.Event, graceDays int) Customer {
	c := Customer{
		Customer:      id,
		Scope:         e.Scope,
		GraceDays:     graceDays,
		Subscriptions: make(map[string]Life, len(old.Subscriptions)+1),
		Features:      old.Features,
	}
	maps.Copy(c.Subscriptions, old.Subscriptions)
	switch {
	case e.Subscription != nil:
		s := e.Subscription.ID
		c.Subscriptions[s] = c.Subscriptions[s].union(subscription(e))
	case e.Entitlements != nil:
		c.Features = c.Features.union(entitlements(e))
	}
	return c
}

// Key names the row of the customer that the event is about. The error is a Skip
// if it reports nothing of anybody's access.
func Key(e facts.Event) (kind, id string, err error) {
	switch {
	case e.Subscription != nil && e.Subscription.ID == "":
		return Kind, "", event.Skip("the subscription has no id")
	case e.Subscription != nil:
		id = e.Subscription.Customer
	case e.Entitlements != nil:
		id = e.Entitlements.Customer
	default:
		return Kind, "", event.Skip("it reports neither a subscription nor entitlements")
	}
	if id == "" {
		return Kind, "", event.Skip("it names no customer")
	}
	return Kind, id, nil
}
