package lookup_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/shop/inventory"
	"github.com/payhooks/payhooks/internal/stripeapi/stripemock"
)

func TestLineItemsAreAskedForInTheFormThatStripeTakes(t *testing.T) {
	l, err := at(stripemock.Start(t), "sk_test_123").Lines(t.Context(), event.Scope{Account: "acct_1"}, "cs_test_1")
	if err != nil || len(l.Lines) == 0 || l.Lines[0].Item == "" {
		t.Fatalf("%+v %v", l, err)
	}
}

func TestAllPagesOfLineItemsAreListedAndWhatRecursIsLeftOut(t *testing.T) {
	api := &fakestripe.API{}
	put := func(format string, args ...any) {
		t.Helper()
		if err := api.Put("acct_1", json.RawMessage(fmt.Sprintf(format, args...))); err != nil {
			t.Fatal(err)
		}
	}
	put(`{"id":"cs_1","object":"checkout.session","livemode":true,"amount_total":1,"currency":"eur"}`)
	want := inventory.Listing{}
	for i := range 250 {
		put(`{"id":"li_%d","object":"item","_session":"cs_1","quantity":%d,"price":{"id":"price_%d","object":"price","type":"one_time","product":"prod_1"}}`, i, i+1, i)
		want.Lines = append(want.Lines, inventory.Line{Item: fmt.Sprintf("price_%d", i), Quantity: int64(i + 1)})
	}
	put(`{"id":"li_r","object":"item","_session":"cs_1","quantity":1,"price":{"id":"price_r","object":"price","type":"recurring","product":"prod_1"}}`)
	put(`{"id":"li_p","object":"item","_session":"cs_1","quantity":7,"price":{"object":"price","type":"one_time","product":"prod_1"}}`)
	put(`{"id":"li_n","object":"item","_session":"cs_1","quantity":1,"price":null}`)
	want.Lines = append(want.Lines, inventory.Line{Item: "prod_1", Quantity: 7})
	srv := httptest.NewServer(api)
	t.Cleanup(srv.Close)
	got, err := at(srv.URL, "rk_live_1").Lines(t.Context(), event.Scope{Account: "acct_1", Livemode: true}, "cs_1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("line items (-want +got):\n%s", diff)
	}
	if n := api.Calls(); n != 3 {
		t.Errorf("asked %d times, want 3 pages of at most 100", n)
	}
}

func TestWhatKeepsLineItemsFromBeingListedIsTold(t *testing.T) {
	answer := http.StatusNotFound
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		code := ""
		if answer == http.StatusNotFound {
			code = "resource_missing"
		}
		fakestripe.Fail(w, answer, "invalid_request_error", code, "no")
	}))
	t.Cleanup(srv.Close)
	live := event.Scope{Livemode: true}
	for status, want := range map[int]error{http.StatusNotFound: event.ErrNotFound, http.StatusForbidden: event.ErrDenied, http.StatusUnauthorized: event.ErrDenied} {
		answer = status
		if _, err := at(srv.URL, "rk_live_1").Lines(t.Context(), live, "cs_1"); !errors.Is(err, want) {
			t.Errorf("%d: got %v, want %v", status, err, want)
		}
	}
	if _, err := at(srv.URL, "rk_test_1").Lines(t.Context(), live, "cs_1"); !errors.Is(err, event.ErrNotConfigured) {
		t.Errorf("without a key for the mode: got %v, want %v", err, event.ErrNotConfigured)
	}
}
