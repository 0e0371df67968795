package order

import (
	"cmp"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
)

// ChargeRef names a charge.
type ChargeRef struct {
	event.Scope
	Charge string
}

// OrderByCharge returns the order of each charge that is not itself the name of
// one. An event that names a charge and no payment intent, such as an early
// fraud warning, is about that order; it may arrive before any event connects the
// two, so rows are joined when they are read.
func OrderByCharge(all []Order) map[ChargeRef]string {
	orders := map[ChargeRef]string{}
	for _, o := range all {
		for charge := range o.Facts.Charges {
			if ref := (ChargeRef{o.Scope, charge}); charge != o.Order {
				orders[ref] = max(orders[ref], o.Order)
			}
		}
	}
	return orders
}

// Fold returns the orders by name, each with the facts of rows that are kept
// under one of its charges.
func Fold(all []Order) []Order {
	orders, facts := OrderByCharge(all), map[ChargeRef]Facts{}
	for _, o := range all {
		name := ChargeRef{o.Scope, o.Order}
		if order, ok := orders[name]; ok {
			name.Charge = order
		}
		facts[name] = facts[name].union(o.Facts)
	}
	folded := make([]Order, 0, len(facts))
	for name, f := range facts {
		folded = append(folded, of(name.Scope, name.Charge, f))
	}
	slices.SortFunc(folded, func(a, b Order) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Mode(), b.Mode()))
	})
	return folded
}
