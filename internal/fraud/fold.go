package fraud

// Fold joins what was told of one order under several names: an event that
// names a charge and no payment intent has a row of the charge, and it may come
// before anything ties the two together. The owner is the order that a row
// belongs to, often the row's own. The result is in no order.
func Fold(rows []Order, owner func(Order) string) []Order {
	type name struct{ account, order string }
	facts := map[name]Facts{}
	for _, o := range rows {
		n := name{o.Account, owner(o)}
		facts[n] = facts[n].union(o.Facts)
	}
	folded := make([]Order, 0, len(facts))
	for n, f := range facts {
		folded = append(folded, of(n.order, f))
	}
	return folded
}
