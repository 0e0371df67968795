package fraud

import "github.com/payhooks/payhooks/internal/event"

// Fold joins the rows of one order under several names: an event that names a
// charge and no payment intent has a row of the charge, and it may arrive before
// any event connects the two. owner returns the order that a row belongs to,
// often the row's own. The result is in no order.
func Fold(rows []Order, owner func(Order) string) []Order {
	type name struct {
		event.Scope
		order string
	}
	facts := map[name]Facts{}
	for _, o := range rows {
		n := name{o.Scope, owner(o)}
		facts[n] = facts[n].union(o.Facts)
	}
	folded := make([]Order, 0, len(facts))
	for n, f := range facts {
		folded = append(folded, of(n.Scope, n.order, f))
	}
	return folded
}
