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
	"github.com/payhooks/payhooks/internal/facts"
)

// Table is the short name of the table that keeps a Customer per customer id.
const Table = "access"

// Customer is one row: what is known of one customer. Rows and Check say what
// it means at a time.
type Customer struct {
	Customer string `json:"customer"`
	Account  string `json:"account,omitempty"`
	Livemode bool   `json:"livemode"`
	// GraceDays is how long access outlasts a failed payment, and the end of a
	// period whose renewal was not heard of. It is that of the last event.
	GraceDays     int             `json:"grace_days"`
	Subscriptions map[string]Life `json:"subscriptions,omitempty"`
	Features      Life            `json:"features,omitzero"` // the entitlement summaries
}

// Merge returns old with what e says. It gives the same row for the same set of
// events in any sequence, and changes nothing for an event it has seen. Both
// must be about one customer; see Key.
func Merge(old Customer, e facts.Event, graceDays int) Customer {
	key, _ := Key(e)
	c := Customer{
		Customer:      max(old.Customer, key),
		Account:       max(old.Account, e.Account),
		Livemode:      old.Livemode || e.Livemode,
		GraceDays:     graceDays,
		Subscriptions: make(map[string]Life, len(old.Subscriptions)+1),
		Features:      old.Features,
	}
	for id, life := range old.Subscriptions {
		c.Subscriptions[id] = life
	}
	switch {
	case e.Subscription != nil:
		id := e.Subscription.ID
		c.Subscriptions[id] = c.Subscriptions[id].union(subscription(e))
	case e.Entitlements != nil:
		c.Features = c.Features.union(entitlements(e))
	}
	return c
}

// Key names the customer that the event is about. An event that says nothing of
// anybody's access has an empty key, and why says so.
func Key(e facts.Event) (key, why string) {
	switch {
	case e.Subscription != nil:
		key = e.Subscription.Customer
		if e.Subscription.ID == "" {
			return "", "the subscription has no id"
		}
	case e.Entitlements != nil:
		key = e.Entitlements.Customer
	default:
		return "", "it tells neither of a subscription nor of entitlements"
	}
	if key == "" {
		return "", "it names no customer"
	}
	return key, ""
}
