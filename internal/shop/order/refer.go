package order

import "cmp"

// refer gives each first invoice what the checkout of its subscription says, then
// each payment what its invoices say. Either of the two may name the other,
// and an invoice the charge of an order instead of its intent.
func (r rows) refer(orders map[ChargeRef]string) {
	for at, f := range r {
		if f.Ties.Subscription != "" {
			r[at] = f.referredBy(r[name{at.Scope, f.Ties.Subscription}])
		}
	}
	given := rows{}
	for at, f := range r {
		for id := range f.Ties.Invoices {
			given[at] = given[at].referredBy(r[name{at.Scope, id}])
		}
		for id := range f.Ties.Payments {
			paid := name{at.Scope, cmp.Or(orders[ChargeRef{at.Scope, id}], id)}
			given[paid] = given[paid].referredBy(f)
		}
	}
	for at, g := range given {
		if f, ok := r[at]; ok {
			r[at] = f.referredBy(g)
		}
	}
}

// referredBy is f with g's texts, of which reference takes the highest.
func (f Facts) referredBy(g Facts) Facts {
	f.Client, f.OrderID = f.Client.newer(g.Client), f.OrderID.union(g.OrderID)
	return f
}
