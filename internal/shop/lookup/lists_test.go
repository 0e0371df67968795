package lookup_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/shop/lookup"
	"github.com/payhooks/payhooks/internal/stripeapi/stripemock"
)

// served is a Stripe that answers each request, identified by path, query
// and account, with one of the pages.
func served(t *testing.T, pages map[string]string) lookup.Stripe {
	return answered(t, func(w http.ResponseWriter, r *http.Request) {
		asked := r.URL.Path + "?" + r.URL.RawQuery + " " + r.Header.Get("Stripe-Account")
		body, ok := pages[asked]
		if !ok {
			t.Errorf("asked for %s", asked)
			http.Error(w, "{}", http.StatusNotFound)
			return
		}
		_, _ = fmt.Fprint(w, body)
	})
}

func answered(t *testing.T, h http.HandlerFunc) lookup.Stripe {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return at(srv.URL, "sk_test_1")
}

func page(more bool, members ...string) string {
	return fmt.Sprintf(`{"object":"list","has_more":%v,"data":[%s]}`, more, strings.Join(members, ","))
}

func TestEntitlementsAreListedPageByPageInTheEventsAccount(t *testing.T) {
	a := served(t, map[string]string{
		"/v1/entitlements/active_entitlements?limit=100&customer=cus_1 acct_1":                      page(true, `{"id":"ent_1","feature":"feat_1","lookup_key":"seats"}`),
		"/v1/entitlements/active_entitlements?limit=100&customer=cus_1&starting_after=ent_1 acct_1": page(false, `{"id":"ent_2","feature":"feat_2","lookup_key":"sso"}`),
	})
	got, err := a.Entitlements(t.Context(), facts.Event{Facts: event.Facts{Scope: event.Scope{Account: "acct_1"}}, Entitlements: &facts.EntitlementSummary{Customer: "cus_1"}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]facts.Entitlement{{ID: "ent_1", Feature: "feat_1", LookupKey: "seats"}, {ID: "ent_2", Feature: "feat_2", LookupKey: "sso"}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestItemsAreListedWithTheirProducts(t *testing.T) {
	a := served(t, map[string]string{
		"/v1/subscription_items?limit=100&subscription=sub_1 ": page(false, `{"id":"si_1","quantity":2,"price":{"id":"price_1","product":"prod_a"}}`,
			`{"id":"si_2","quantity":0,"price":{"id":"price_2","product":"prod_b"}}`, `{"id":"si_3","price":{"id":"price_3","product":"prod_m"}}`),
	})
	got, err := a.Items(t.Context(), facts.Event{Subscription: &facts.Subscription{ID: "sub_1"}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]facts.SubscriptionItem{
		{ID: "si_1", Price: "price_1", Product: "prod_a", Quantity: 2, HasQuantity: true},
		{ID: "si_2", Price: "price_2", Product: "prod_b", HasQuantity: true},
		{ID: "si_3", Price: "price_3", Product: "prod_m"},
	}, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhatStripeRefusesIsAnErrorAndNoShortList(t *testing.T) {
	a := answered(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = fmt.Fprint(w, `{"error":{"type":"invalid_request_error","message":"slow down"}}`)
	})
	if got, err := a.Items(t.Context(), facts.Event{Subscription: &facts.Subscription{ID: "sub_1"}}); err == nil || got != nil {
		t.Errorf("items: got %v, %v, want an error", got, err)
	}
	if got, err := a.Entitlements(t.Context(), facts.Event{Entitlements: &facts.EntitlementSummary{Customer: "cus_1"}}); err == nil || got != nil {
		t.Errorf("entitlements: got %v, %v, want an error", got, err)
	}
}

func TestListsAreAskedForInTheFormThatStripeTakes(t *testing.T) {
	a := at(stripemock.Start(t), "sk_test_123")
	if got, err := a.Items(t.Context(), facts.Event{Subscription: &facts.Subscription{ID: "sub_1"}}); err != nil || len(got) == 0 || got[0].Product == "" {
		t.Errorf("items %+v, %v", got, err)
	}
	if got, err := a.Entitlements(t.Context(), facts.Event{Entitlements: &facts.EntitlementSummary{Customer: "cus_1"}}); err != nil || len(got) == 0 || got[0].Feature == "" {
		t.Errorf("entitlements %+v, %v", got, err)
	}
}
