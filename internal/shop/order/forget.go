package order

// Forget is the order without its references, which are text that a shop chose and may
// name a person: a client_reference_id is often an account's. Money and Stripe's ids
// stay, for the books.
func (o Order) Forget() Order {
	f := o.Facts
	f.Client, f.OrderID = text{}, nil
	return of(o.Scope, o.Order, f)
}
