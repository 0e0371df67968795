// Package access decides what a customer may use from whatever events of their
// subscriptions and entitlements are known, in whatever order and however often
// they came.
//
// One row per customer keeps facts, no more than the rules can need. Merging is
// a union, and what the row means is a pure function of the facts and the time,
// so that every permutation and duplication of the same events ends in the same
// row, byte for byte, and a late event never gives back what was taken away. That
// a customer is deleted at Stripe ends all that is theirs, whatever is reported
// before or after.
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
	Subscriptions map[string]Life `json:"subscriptions,omitempty"`
	Features      Life            `json:"features,omitzero"` // the entitlement summaries
	// Deleted is when the customer was deleted at Stripe, which is final; 0 if not.
	Deleted int64 `json:"deleted,omitempty"`
}

// Merge returns the row of the customer id, as it was before, with what e says.
// It gives the same row for the same set of events in any sequence, and changes
// nothing for an event it has seen. The event must be about the customer, in its
// scope; see Key.
func Merge(old Customer, id string, e facts.Event) Customer { return merge(old, id, e, e) }

// merge is Merge with the event as Stripe made it, and with what was fetched for it.
func merge(old Customer, id string, own, e facts.Event) Customer {
	c := Customer{
		Customer:      id,
		Scope:         e.Scope,
		Subscriptions: make(map[string]Life, len(old.Subscriptions)+1),
		Features:      old.Features,
		Deleted:       old.Deleted,
	}
	maps.Copy(c.Subscriptions, old.Subscriptions)
	switch {
	case e.Subscription != nil:
		s := e.Subscription.ID
		c.Subscriptions[s] = c.Subscriptions[s].union(subscription(own, e))
	case e.Entitlements != nil:
		c.Features = c.Features.union(entitlements(own, e))
	case deletes(e) && (c.Deleted == 0 || unix(e.Created) < c.Deleted):
		c.Deleted = unix(e.Created)
	}
	c.prune()
	return c
}

// deletes reports whether the event is the end of its customer.
func deletes(e facts.Event) bool { return e.Type == "customer.deleted" && e.Customer != nil }

// prune drops what no rule needs of a customer who was deleted: all but what
// there once was.
func (c *Customer) prune() {
	if c.Deleted == 0 {
		return
	}
	c.Features.Facts, c.Features.Past = nil, past{}
	for id, l := range c.Subscriptions {
		l.Facts, l.Past = nil, past{}
		c.Subscriptions[id] = l
	}
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
	case deletes(e):
		id = e.Customer.ID
	default:
		return Kind, "", event.Skip("it reports neither a subscription, entitlements nor the end of a customer")
	}
	if id == "" {
		return Kind, "", event.Skip("it names no customer")
	}
	return Kind, id, nil
}
