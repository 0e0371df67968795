package access_test

import (
	"testing"

	"github.com/payhooks/payhooks/internal/shop/access"
	"github.com/payhooks/payhooks/internal/stripetest"
)

func TestEffectNamesWhatTheEventDidToAccess(t *testing.T) {
	subscription := func(status string, products ...string) stripetest.Object {
		var items []stripetest.Object
		for _, p := range products {
			items = append(items, stripetest.Object{"id": "si_" + p, "price": stripetest.Object{"id": "price_" + p, "product": "prod_" + p}, "current_period_end": 1798416000})
		}
		return stripetest.Object{"id": "sub_1", "object": "subscription", "status": status, "customer": "cus_1", "items": stripetest.Object{"object": "list", "has_more": false, "data": items}}
	}
	for _, c := range []struct {
		kind             string
		object, previous stripetest.Object
		want             string
	}{
		{"customer.subscription.created", subscription("active", "Pro"), nil, "granted prod_Pro until 28 Dec 2026"},
		{"customer.subscription.updated", subscription("past_due", "Pro"), nil, "grace for prod_Pro began: sub_1 is past due"},
		{"customer.subscription.updated", subscription("unpaid", "Pro"), nil, "prod_Pro not granted: sub_1 is unpaid"},
		{"customer.subscription.deleted", subscription("canceled", "Pro"), nil, "revoked prod_Pro"},
		{"customer.subscription.created", subscription("active", "A", "B", "C", "D", "E"), nil, "granted prod_A, prod_B, prod_C and 2 more until 28 Dec 2026"},
		{"customer.subscription.updated", subscription("active", "Pro"), stripetest.Object{"items": subscription("", "Pro", "Team")["items"]}, "granted prod_Pro until 28 Dec 2026, revoked prod_Team"},
		{"customer.subscription.updated", subscription("active"), nil, "nothing granted to cus_1"},
		{"customer.deleted", stripetest.Object{"id": "cus_1", "object": "customer"}, nil, "all access of cus_1 ended"},
	} {
		e := stripetest.Event{Type: c.kind, Object: c.object, Previous: c.previous}.View()
		now := access.Merge(access.Customer{}, "cus_1", e)
		if got := access.Effect(e, e, access.Customer{}, now); got != c.want {
			t.Errorf("%s: %q, want %q", c.kind, got, c.want)
		}
		if got := access.Effect(e, e, now, access.Merge(now, "cus_1", e)); got != "access of cus_1 stays as it is" {
			t.Errorf("%s again: %q", c.kind, got)
		}
	}
}
