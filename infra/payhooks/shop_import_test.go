package main

import (
	"slices"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/demo"
	shop "github.com/payhooks/payhooks/infra/shop/command"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/shop/access"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// subscribed is a subscription of a customer whose events are older than the stack.
func subscribed(id, customer, status string) stripetest.Object {
	item := stripetest.Object{
		"id": "si_" + id, "object": "subscription_item", "quantity": 1, "current_period_end": time.Now().AddDate(0, 0, 20).Unix(),
		"price": stripetest.Object{"id": "price_1", "object": "price", "product": "prod_import"},
	}
	return stripetest.Object{
		"id": id, "object": "subscription", "status": status, "customer": customer, "livemode": false, "created": time.Now().AddDate(-1, 0, 0).Unix(),
		"items": stripetest.Object{"object": "list", "has_more": false, "data": []any{item}},
	}
}

func TestSubscriptionsOlderThanTheStackAreImportedOnce(t *testing.T) {
	c := startStack(t, "../..")
	post := func(id, kind string, object stripetest.Object) {
		t.Helper()
		if err := postSigned(t.Context(), c.Local.API+"/webhooks/default", demoSecret, eventOf(id, kind, object, nil)); err != nil {
			t.Fatal(err)
		}
		if err := waitIdle(command(t), c, demo.Timeout); err != nil {
			t.Fatal(err)
		}
	}
	for account, objects := range map[string][]any{
		"":               {subscribed("sub_old1", "cus_old1", "active"), subscribed("sub_old2", "cus_old2", "trialing"), subscribed("sub_known", "cus_known", "active")},
		"acct_connected": {subscribed("sub_old3", "cus_old1", "active")},
	} {
		if err := fakestripe.Put(t.Context(), c.Local.FakeStripe, account, objects...); err != nil {
			t.Fatal(err)
		}
	}
	post("evt_known", "customer.subscription.updated", subscribed("sub_known", "cus_known", "active"))
	imported := func(args ...string) access.ImportResult {
		t.Helper()
		r := run(t, append([]string{"import", "subscriptions", "--json"}, args...)...)
		if r.code != 0 {
			t.Fatalf("%v: exit %d: %s", args, r.code, r.err)
		}
		if err := waitIdle(command(t), c, demo.Timeout); err != nil {
			t.Fatal(err)
		}
		return object[access.ImportResult](t, r.out)
	}
	if dry := imported("--mode", "test"); dry.Listed != 3 || dry.Missing != 2 || dry.Stored != 0 || len(grantedTo(t, c)) != 1 {
		t.Fatalf("dry run: %+v", dry)
	}
	for _, stored := range []int{2, 0} {
		if wet := imported("--mode", "test", "--yes"); wet.Listed != 3 || wet.Missing != stored || wet.Stored != stored {
			t.Errorf("%+v, want %d stored", wet, stored)
		}
	}
	if wet := imported("--account", "acct_connected", "--yes"); wet.Stored != 1 {
		t.Errorf("connected account: %+v", wet)
	}
	granted := []string{"test/acct_connected cus_old1", "test/own cus_known", "test/own cus_old1", "test/own cus_old2"}
	if got := grantedTo(t, c); !slices.Equal(got, granted) {
		t.Errorf("granted to %q, want %q", got, granted)
	}
	if ds := deliveriesOf(t, c, "evt_import_sub_old1"); len(ds) != 1 || ds[0].Action != "grant-access" || ds[0].State != event.Done {
		t.Errorf("%+v, want grant-access alone", ds)
	}
	audited(t)
	post("evt_end", "customer.subscription.deleted", subscribed("sub_old1", "cus_old1", "canceled"))
	if got := grantedTo(t, c); slices.Contains(got, "test/own cus_old1") || len(got) != 3 {
		t.Errorf("granted to %q after Stripe's own event of the end", got)
	}
	audited(t)
}

func audited(t *testing.T) {
	t.Helper()
	if r := run(t, "audit", "--json"); r.code != 0 {
		t.Errorf("audit: exit %d: %s%s", r.code, r.out, r.err)
	} else if sum := objects[operator.AuditResult](t, r.out); sum[len(sum)-1].Differences != 0 || sum[len(sum)-1].Unprovable != 0 {
		t.Errorf("audit: %s", r.out)
	}
}

// grantedTo are the customers that may use anything, with their scopes.
func grantedTo(t *testing.T, c *cli.Target) (names []string) {
	t.Helper()
	all, err := shop.ReadAccess(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range all {
		if rows := one.Rows(time.Now(), 0); len(rows) > 0 && rows[0].Granted {
			names = append(names, one.Text()+" "+one.Customer)
		}
	}
	slices.Sort(names)
	return names
}
