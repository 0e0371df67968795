package order

import (
	"cmp"
	"iter"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
)

// ChargeRef names a charge.
type ChargeRef struct {
	event.Scope
	Charge string
}

// OrderByCharge returns the order of each charge that is not itself the name of
// one: of all that succeeded, and of the newest that did not. An event that names a charge and no payment intent, such as an early
// fraud warning, is about that order; it may arrive before any event connects the
// two, so rows are joined when they are read.
func OrderByCharge(all []Order) map[ChargeRef]string {
	orders := map[ChargeRef]string{}
	for _, o := range all {
		for charge := range o.Facts.charges() {
			if ref := (ChargeRef{o.Scope, charge}); charge != o.Order {
				orders[ref] = max(orders[ref], o.Order)
			}
		}
	}
	return orders
}

// charges are the ids of those that are known by name.
func (f Facts) charges() iter.Seq[string] {
	return func(yield func(string) bool) {
		for id := range f.Charges {
			if !yield(id) {
				return
			}
		}
		for id := range f.Attempts.Charges {
			if !yield(id) {
				return
			}
		}
	}
}

// Fold returns the orders by name, each with the facts of rows that are kept
// under one of its charges and the reference that its invoice gives it. Rows of
// invoices that are no orders are left out.
func Fold(all []Order) []Order {
	orders := OrderByCharge(all)
	rows := rowsOf(all, orders)
	rows.refer(orders)
	folded := make([]Order, 0, len(rows))
	for name, f := range rows {
		if f.isOrder() {
			folded = append(folded, of(name.Scope, name.id, f))
		}
	}
	slices.SortFunc(folded, func(a, b Order) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Mode(), b.Mode()))
	})
	return folded
}

// rows are the facts by name: those kept under a charge are with its order.
type rows map[name]Facts

type name struct {
	event.Scope
	id string
}

func rowsOf(all []Order, orders map[ChargeRef]string) rows {
	facts := rows{}
	for _, o := range all {
		at := name{o.Scope, cmp.Or(orders[ChargeRef{o.Scope, o.Order}], o.Order)}
		facts[at] = facts[at].union(o.Facts)
	}
	return facts
}
