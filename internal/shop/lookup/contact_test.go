package lookup_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/shop/lookup"
	"github.com/payhooks/payhooks/internal/shop/mails"
	"github.com/payhooks/payhooks/internal/stripeapi/stripemock"
)

var _ mails.Source = lookup.Stripe{}

func TestCustomersAndRefundsAreAskedForInTheFormThatStripeTakes(t *testing.T) {
	c, of := at(stripemock.Start(t), "sk_test_123"), event.Scope{Account: "acct_1"}
	if _, _, _, err := c.Contact(t.Context(), of, "cus_1"); err != nil {
		t.Error(err)
	}
	if rs, err := c.Refunds(t.Context(), of, "ch_1"); err != nil || len(rs) == 0 {
		t.Errorf("%d refunds, %v", len(rs), err)
	}
}

func TestACustomerIsReadInItsAccountAndMode(t *testing.T) {
	api := &fakestripe.API{}
	for _, object := range []string{
		`{"id":"cus_1","object":"customer","livemode":true,"email":"ada@example.com","phone":"+15550100","preferred_locales":["pt-BR","en"]}`,
		`{"id":"cus_2","object":"customer","livemode":true,"deleted":true}`,
	} {
		if err := api.Put("acct_1", json.RawMessage(object)); err != nil {
			t.Fatal(err)
		}
	}
	srv := httptest.NewServer(api)
	t.Cleanup(srv.Close)
	c, of := at(srv.URL, "rk_live_1"), event.Scope{Account: "acct_1", Livemode: true}
	for id, want := range map[string][3]string{"cus_1": {"ada@example.com", "+15550100", "[pt-BR en]"}, "cus_2": {2: "[]"}} {
		email, phone, locales, err := c.Contact(t.Context(), of, id)
		if got := [3]string{email, phone, fmt.Sprint(locales)}; err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", id, got, err, want)
		}
	}
	if _, _, _, err := c.Contact(t.Context(), event.Scope{Livemode: true}, "cus_1"); !errors.Is(err, event.ErrNotFound) {
		t.Errorf("in another account: %v, want %v", err, event.ErrNotFound)
	}
	if _, _, _, err := c.Contact(t.Context(), event.Scope{Account: "acct_1"}, "cus_1"); !errors.Is(err, event.ErrNotConfigured) {
		t.Errorf("without a key for the mode: %v, want %v", err, event.ErrNotConfigured)
	}
}

func TestAnErrorAboutACustomerHoldsNoPersonalData(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"id":"cus_1","object":"customer","email":"ada@example.com","created":"ada@example.com"}`))
	}))
	t.Cleanup(srv.Close)
	_, _, _, err := at(srv.URL, "rk_test_1").Contact(t.Context(), event.Scope{}, "cus_1")
	if err == nil || strings.Contains(err.Error(), "@") {
		t.Errorf("got %v, want an error without the address", err)
	}
}

func TestAListedRefundSaysWhenItWasMade(t *testing.T) {
	api := &fakestripe.API{}
	for _, object := range []string{
		`{"id":"ch_1","object":"charge","livemode":false}`,
		`{"id":"re_1","object":"refund","charge":"ch_1","amount":300,"currency":"usd","status":"pending","created":1790000000}`,
	} {
		if err := api.Put("", json.RawMessage(object)); err != nil {
			t.Fatal(err)
		}
	}
	srv := httptest.NewServer(api)
	t.Cleanup(srv.Close)
	got, err := at(srv.URL, "rk_test_1").Refunds(t.Context(), event.Scope{}, "ch_1")
	if err != nil {
		t.Fatal(err)
	}
	want := []facts.Refund{{ID: "re_1", Charge: "ch_1", Amount: 300, Currency: "usd", Status: "pending", Created: time.Unix(1790000000, 0).UTC()}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
