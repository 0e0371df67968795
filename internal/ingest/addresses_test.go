package ingest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/addresses"
	"github.com/payhooks/payhooks/internal/event"
)

func TestARequestFromElsewhereIsCountedThenRefused(t *testing.T) {
	r := newRig(t, "default=any")
	from := func(ip string) int {
		return r.post(whole, func(req *events.APIGatewayV2HTTPRequest) { req.RequestContext.HTTP.SourceIP = ip })
	}
	list := addresses.List{}.Renewed([]netip.Addr{netip.MustParseAddr("3.18.12.63")}, r.now)
	r.handler.Addresses = &addresses.Source{Now: func() time.Time { return r.now }, Load: func(context.Context, string, string) (event.Row, error) {
		data, err := json.Marshal(list)
		return event.Row{Data: data}, err
	}}
	if code := from("198.51.100.1"); code != http.StatusOK || !strings.Contains(r.logs.String(), `"address":"unlisted"`) || strings.Contains(r.logs.String(), "198.51") {
		t.Errorf("in the first week %d: %s", code, r.logs.String())
	}
	if code := from("3.18.12.63"); code != http.StatusOK || strings.Contains(r.logs.String(), `"address"`) {
		t.Errorf("Stripe's in the first week %d: %s", code, r.logs.String())
	}
	for range 8 {
		r.now = r.now.Add(24 * time.Hour)
		list = list.Renewed(list.Addresses, r.now)
	}
	fetches := r.fetches
	if code := from("198.51.100.1"); code != http.StatusForbidden || r.line().Reason != "address" || r.fetches != fetches {
		t.Errorf("after a week %d: %s", code, r.logs.String())
	}
	if code := from("3.18.12.63"); code != http.StatusOK {
		t.Errorf("Stripe's after a week %d: %s", code, r.logs.String())
	}
	r.now = r.now.Add(5 * 24 * time.Hour)
	if code := from("198.51.100.1"); code != http.StatusOK {
		t.Errorf("a stale list refuses: %d", code)
	}
}
