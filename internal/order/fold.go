package order

import (
	"cmp"
	"slices"
)

// Owners tells to which order each charge belongs that is not an order of its
// own. An event that names a charge and no payment intent, such as an early
// fraud warning, is about that order; it may come before anything ties the two
// together, so it is when orders are read that they meet.
func Owners(all []Order) map[Owned]string {
	owners := map[Owned]string{}
	for _, o := range all {
		for charge := range o.Facts.Charges {
			if at := o.owned(charge); charge != o.Order {
				owners[at] = max(owners[at], o.Order)
			}
		}
	}
	return owners
}

// Owned is a charge of an account.
type Owned struct{ Account, Charge string }

func (o Order) owned(charge string) Owned { return Owned{o.Account, charge} }

// Fold returns the orders by name, with what was told of a charge alone in the
// order that the charge belongs to.
func Fold(all []Order) []Order {
	owners, facts := Owners(all), map[Owned]Facts{}
	for _, o := range all {
		name := o.owned(o.Order)
		if owner, ok := owners[name]; ok {
			name.Charge = owner
		}
		facts[name] = facts[name].union(o.Facts)
	}
	folded := make([]Order, 0, len(facts))
	for name, f := range facts {
		folded = append(folded, of(name.Charge, f))
	}
	slices.SortFunc(folded, func(a, b Order) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Account, b.Account))
	})
	return folded
}
