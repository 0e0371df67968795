package order

import (
	"iter"
	"maps"
	"slices"
	"strings"
)

// HeldRows is how many rows List may hold at once: some 100 MB.
const HeldRows = 10_000

// List yields the orders that Fold returns for all rows of a table. One of up to hold
// rows is read once, and its orders come by name. A larger one is read twice, since any
// row may belong to the order of another: first for the rows of charges, invoices and
// subscriptions, which are held, then for the orders of payment intents, by name within
// each hold of them. The others follow. An error of rows ends it.
func List(rows func() iter.Seq2[Order, error], hold int) iter.Seq2[Order, error] {
	return func(yield func(Order, error) bool) {
		held, whole, err := begin(rows(), hold)
		switch {
		case err != nil:
			yield(Order{}, err)
		case whole:
			each(Fold(held.intents), yield)
		case held.fold(rows(), hold, yield):
			each(held.rest(), yield)
		}
	}
}

func each(all []Order, yield func(Order, error) bool) (more bool) {
	for _, o := range all {
		if !yield(o, nil) {
			return false
		}
	}
	return true
}

// ofIntent: no other row of an intent belongs to the order, and its own to no other.
func ofIntent(o Order) bool { return strings.HasPrefix(o.Order, "pi_") }

// holding are the rows of a table that are held while it is read.
type holding struct {
	intents []Order
	others  map[name]Order
	naming  map[name][]name // the invoices that name a payment, by it
	joined  map[name]bool   // rows of charges that are part of an intent's order
}

// begin reads the table. It is whole, in intents, if it has up to so many rows.
func begin(rows iter.Seq2[Order, error], hold int) (h *holding, whole bool, err error) {
	h = &holding{others: map[name]Order{}, naming: map[name][]name{}, joined: map[name]bool{}}
	whole = true
	for o, err := range rows {
		switch {
		case err != nil:
			return h, false, err
		case !whole:
			h.keep(o)
			continue
		}
		if h.intents = append(h.intents, o); len(h.intents) > hold {
			for _, o := range h.intents {
				h.keep(o)
			}
			h.intents, whole = nil, false
		}
	}
	return h, whole, nil
}

// keep holds a row that the order of another may need.
func (h *holding) keep(o Order) {
	if ofIntent(o) {
		return
	}
	at := nameOf(o)
	h.others[at] = o
	for id := range o.Facts.Ties.Payments {
		paid := name{at.Scope, id}
		h.naming[paid] = append(h.naming[paid], at)
	}
}

func nameOf(o Order) name { return name{o.Scope, o.Order} }

// fold reads the table again and yields the orders of its intents. It reports whether
// all of them were wanted.
func (h *holding) fold(rows iter.Seq2[Order, error], hold int, yield func(Order, error) bool) bool {
	for o, err := range rows {
		if err != nil {
			yield(Order{}, err)
			return false
		}
		if !ofIntent(o) {
			continue
		}
		if h.intents = append(h.intents, o); len(h.intents) == hold && !each(h.orders(), yield) {
			return false
		}
	}
	return each(h.orders(), yield)
}

// orders returns those of the intents that are held, and lets go of them.
func (h *holding) orders() []Order {
	wanted, needed, rows := map[name]bool{}, map[name]bool{}, h.intents
	for _, o := range h.intents {
		wanted[nameOf(o)] = true
		h.need(o, needed)
	}
	for at := range needed {
		rows = append(rows, h.others[at])
	}
	h.intents = nil
	return slices.DeleteFunc(Fold(rows), func(o Order) bool { return !wanted[nameOf(o)] })
}

// need adds the held rows that the row's order is made of.
func (h *holding) need(o Order, all map[name]bool) {
	add := func(at name) {
		if other, ok := h.others[at]; ok && !all[at] {
			all[at] = true
			h.need(other, all)
		}
	}
	for charge := range o.Facts.charges() {
		at := name{o.Scope, charge}
		if _, ok := h.others[at]; ok && ofIntent(o) {
			h.joined[at] = true
		}
		add(at)
		h.named(at, add)
	}
	h.named(nameOf(o), add)
	for _, id := range append(slices.Collect(maps.Keys(o.Facts.Ties.Invoices)), o.Facts.Ties.Subscription) {
		add(name{o.Scope, id})
	}
}

// named adds the invoices that name a payment.
func (h *holding) named(payment name, add func(name)) {
	for _, at := range h.naming[payment] {
		add(at)
	}
}

// rest returns the orders that are of no intent, by name.
func (h *holding) rest() []Order {
	var rows []Order
	for at, o := range h.others {
		if !h.joined[at] {
			rows = append(rows, o)
		}
	}
	return Fold(rows)
}
