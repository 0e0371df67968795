package facts

import "cmp"

// Customer is a customer at Stripe. What else Stripe keeps of one is personal and no
// action needs it.
type Customer struct{ ID string }

// EntitlementSummary lists the features that a customer's products give.
type EntitlementSummary struct {
	Customer     string
	Entitlements []Entitlement
	Complete     bool // the payload says that there are no others
}

// Entitlement is one feature that the customer is entitled to.
type Entitlement struct {
	ID        string
	Feature   string
	LookupKey string // the shop's own name of the feature
}

func entitlements(n node) *EntitlementSummary {
	s := &EntitlementSummary{Customer: cmp.Or(n.id("customer"), n.id("customer_account"))}
	members, complete := n.list("entitlements")
	s.Complete = complete
	for _, m := range members {
		s.Entitlements = append(s.Entitlements, Entitlement{
			ID:        m.text("id"),
			Feature:   m.id("feature"),
			LookupKey: m.text("lookup_key"),
		})
	}
	return s
}
