package fraud

import (
	"maps"
	"slices"
)

// Forget is the row without the customer. Its cards stay, by their fingerprints: what was
// tried on a card also holds the orders of others.
func (o Order) Forget(id string) Order {
	source := customer + "/" + id
	f := o.Facts
	f.Sources = slices.DeleteFunc(slices.Clone(f.Sources), func(s string) bool { return s == source })
	f.Tried = maps.Clone(f.Tried)
	delete(f.Tried, source)
	return of(o.Scope, o.Order, f)
}

// CustomerKey is the key, within its scope, of the row of a customer's failures.
func CustomerKey(id string) (kind, key string) { return customer, id }
