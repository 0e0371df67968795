package stripetest

// Entitle replaces the features that the customer is entitled to. The event's
// list is complete unless partial.
func (l *Life) Entitle(partial bool, features ...string) *Life {
	l.next()
	kind, object := "entitlements.active_entitlement_summary.updated", "entitlements.active_entitlement_summary"
	if _, err := sampled(kind, nearest(l.Version)); err != nil { // the preview of 2023
		kind, object = "customer.entitlement_summary.updated", "customer_entitlement_summary"
	}
	all := []any{}
	for _, f := range features {
		all = append(all, Object{
			"id": "ent_" + suffix(l.Customer) + f, "object": "entitlements.active_entitlement", "feature": "feat_" + f, "lookup_key": f, "livemode": l.Scope.Livemode,
		})
	}
	list := func(all []any) Object { return Object{"object": "list", "has_more": partial, "data": all} }
	fields := Object{"object": object, "customer": l.Customer, "entitlements": list(all)}
	if _, has := Sample(kind, l.Version, nil)["id"]; has {
		fields["id"] = nil
	}
	l.sample(kind, fields, Object{"entitlements": list(append([]any{}, l.features...))})
	l.features = all
	return l.step()
}

// DeleteCustomer is the end of the customer at Stripe.
func (l *Life) DeleteCustomer() *Life {
	return l.Send("customer.deleted", Object{"id": l.Customer}, nil)
}
