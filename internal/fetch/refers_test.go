package fetch_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/internal/event"
)

// thinBody is a thin event without a snapshot twin, about what is given.
func thinBody(kind, context, related, more string) []byte {
	return fmt.Appendf(nil, `{"id":"evt_test_65Thin","object":"v2.core.event","type":%q,"created":"2026-11-01T12:00:00.123Z","livemode":false,"context":%s,"related_object":%s%s}`,
		kind, context, related, more)
}

// Acceptance row 57.
func TestWhateverAThinEventIsAboutIsHandled(t *testing.T) {
	for name, tc := range map[string]struct {
		kind, context, related, extra string // extra: of the fetched event
		account                       string
		object                        string // at the related object's address
		want                          string // data.object that actions read
	}{
		"an object":          {kind: "v1.customer.subscription.past_due", related: `{"id":"sub_1","type":"subscription","url":"/v1/subscriptions/sub_1"}`, object: `{"id":"sub_1","object":"subscription","status":"past_due"}`, want: `{"id":"sub_1","object":"subscription","status":"past_due"}`},
		"a singleton":        {kind: "v1.of.the.balance", related: `{"type":"balance","url":"/v1/balance"}`, object: `{"id":"","object":"balance","available":[]}`, want: `{"id":"","object":"balance","available":[]}`},
		"nothing, with data": {kind: "v2.core.account_link.returned", related: `null`, extra: `,"data":{"account_id":"acct_1","use_case":"onboarding"}`, want: `{"account_id":"acct_1","use_case":"onboarding"}`},
		"nothing":            {kind: "v1.entitlements.active_entitlement_summary.entitlement_added", related: `null`, want: `{}`},
		"a deleted object":   {kind: "v1.product.deactivated", related: `{"id":"prod_1","type":"product","url":"/v1/products/prod_1"}`, object: `{"id":"prod_1","object":"product","deleted":true}`, want: `{"id":"prod_1","object":"product","deleted":true}`},
		"brackets":           {kind: "v2.core.account[configuration.merchant].updated", related: `{"id":"acct_7","type":"v2.core.account","url":"/v2/core/accounts/acct_7?include=identity"}`, object: `{"id":"acct_7","object":"v2.core.account"}`, want: `{"id":"acct_7","object":"v2.core.account"}`},
		"two accounts":       {kind: "v1.product.activated", context: `"acct_1/acct_2"`, account: "acct_2", related: `{"id":"prod_1","type":"product","url":"/v1/products/prod_1"}`, object: `{"id":"prod_1","object":"product"}`, want: `{"id":"prod_1","object":"product"}`},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.context == "" {
				tc.context = "null"
			}
			r := newRig(t, seven...)
			if err := r.stripe.PutEvents(tc.account, thinBody(tc.kind, tc.context, tc.related, tc.extra)); err != nil {
				t.Fatal(err)
			}
			r.source.answer = func(what string, body []byte, err error) ([]byte, error) {
				if strings.HasPrefix(what, "object") {
					return []byte(tc.object), nil
				}
				return body, err
			}
			f, _ := r.post(thinBody(tc.kind, tc.context, tc.related, ""))
			if ds := r.run(); len(ds) != 1 || ds[0].State != event.Done {
				t.Fatalf("fetched as %+v", ds)
			}
			r.want("evt_test_65Thin")
			s := r.get(f.ID)
			var p struct {
				Data struct{ Object json.RawMessage }
			}
			if err := json.Unmarshal(s.Payload(), &p); err != nil || string(p.Data.Object) != tc.want || s.Account != tc.account || s.Type != tc.kind {
				t.Errorf("actions read %s as %+v, %v", s.Payload(), s.Facts, err)
			}
		})
	}
}

// Acceptance row 58; package stripeapi shows that nothing is requested.
func TestAddressThatStripeHasNotParks(t *testing.T) {
	for _, url := range []string{"https://example.com/v1/charges/ch_1", "//example.com/v1/x", "/v1/../secret", "/v3/charges", "charges", "/v1/" + strings.Repeat("x", 10_000), ""} {
		r := newRig(t, seven...)
		body := thinBody("v1.product.activated", "null", fmt.Sprintf(`{"id":"prod_1","type":"product","url":%q}`, url), "")
		if err := r.stripe.PutEvents("", body); err != nil {
			t.Fatal(err)
		}
		r.source.answer = func(what string, body []byte, err error) ([]byte, error) {
			if what == "object " && err == nil {
				t.Errorf("%.40s was requested", url)
			}
			return body, err
		}
		r.post(body)
		ds := r.run()
		if url == "" { // nothing to ask for
			continue
		}
		if len(ds) != 1 || ds[0].State != event.Parked {
			t.Errorf("%.40s: %+v", url, ds)
		}
		r.want()
	}
}

func TestAnObjectOfAnotherKindThanWasSignedParks(t *testing.T) {
	for _, object := range []string{`{"id":"prod_2","object":"product"}`, `{"id":"prod_1","object":"price"}`, `{"id":"prod_1","object":"product","livemode":true}`, `[]`, `"prod_1"`, `<html>`} {
		r := newRig(t, seven...)
		body := thinBody("v1.product.activated", "null", `{"id":"prod_1","type":"product","url":"/v1/products/prod_1"}`, "")
		if err := r.stripe.PutEvents("", body); err != nil {
			t.Fatal(err)
		}
		r.source.answer = func(what string, body []byte, err error) ([]byte, error) {
			if what == "object " {
				return []byte(object), nil
			}
			return body, err
		}
		f, _ := r.post(body)
		if ds := r.run(); len(ds) != 1 || ds[0].State != event.Parked || !r.get(f.ID).Unfetched() {
			t.Errorf("%s: %+v", object, ds)
		}
	}
}

func TestNothingOfTheClientOfARequestIsStored(t *testing.T) {
	client := `,"reason":{"type":"request","request":{"id":"req_1","idempotency_key":"k","client":{"type":"dashboard_user","dashboard_user":{"email":"someone@example.com","ip_address":"192.0.2.7"}}}}`
	r := newRig(t, seven...)
	body := thinBody("v1.product.activated", "null", "null", client)
	if err := r.stripe.PutEvents("", body); err != nil {
		t.Fatal(err)
	}
	f, _ := r.post(body)
	if ds := r.run(); len(ds) != 1 || ds[0].State != event.Done {
		t.Fatalf("fetched as %+v", ds)
	}
	s := r.get(f.ID)
	if all := string(s.Body) + string(s.Payload()); strings.Contains(all, "someone") || strings.Contains(all, "192.0.2.7") {
		t.Errorf("stored: %s", all)
	}
}
