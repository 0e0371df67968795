package stripeapi_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

func TestAddressesOfWebhooksAreReadWithoutAKey(t *testing.T) {
	fake, keys := &fakestripe.API{}, 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			keys++
		}
		fake.ServeHTTP(w, r)
	}))
	defer server.Close()
	c := &stripeapi.Client{Base: server.URL, Now: time.Now}
	all, err := c.Addresses(t.Context())
	if err != nil || !slices.Contains(all, netip.MustParseAddr("127.0.0.1")) || keys > 0 {
		t.Errorf("%v, %v, %d keys", all, err, keys)
	}
	fake.Fault = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(http.StatusBadGateway); return true }
	if all, err := c.Addresses(t.Context()); err == nil || !strings.Contains(err.Error(), "answered 502") {
		t.Errorf("%v, %v", all, err)
	}
}
