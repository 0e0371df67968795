package lookup_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/shop/lookup"
	"github.com/payhooks/payhooks/internal/stripeapi/stripemock"
)

func TestSubscriptionsAreAskedForInTheFormThatStripeTakes(t *testing.T) {
	for page, err := range (lookup.Subscriptions{Client: at(stripemock.Start(t), "sk_test_123").Client, Now: time.Now}).Subscriptions(t.Context(), event.Scope{}) {
		if err != nil || len(page) == 0 || page[0].ID == "" || page[0].Customer == "" {
			t.Fatalf("%+v %v", page, err)
		}
		break
	}
}

func TestAllPagesOfSubscriptionsAreListedInTheirScope(t *testing.T) {
	api := &fakestripe.API{}
	for i := range 250 {
		if err := api.Put("acct_1", json.RawMessage(fmt.Sprintf(`{"id":"sub_%d","object":"subscription","livemode":true,"status":"active","customer":"cus_%d","created":%d}`, i, i, i))); err != nil {
			t.Fatal(err)
		}
	}
	srv := httptest.NewServer(api)
	t.Cleanup(srv.Close)
	l := lookup.Subscriptions{Client: at(srv.URL, "rk_live_1").Client, Now: time.Now}
	scope := event.Scope{Account: "acct_1", Livemode: true}
	seen := map[string]bool{}
	for page, err := range l.Subscriptions(t.Context(), scope) {
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range page {
			if seen[one.ID] = true; one.Scope != scope || one.At.IsZero() || one.Status != "active" {
				t.Fatalf("%+v", one)
			}
		}
	}
	if len(seen) != 250 || api.Calls() != 3 {
		t.Errorf("%d subscriptions in %d calls", len(seen), api.Calls())
	}
	for _, err := range l.Subscriptions(t.Context(), event.Scope{Account: "acct_1"}) {
		if !errors.Is(err, event.ErrNotConfigured) {
			t.Errorf("without a key for the mode: %v", err)
		}
	}
}
