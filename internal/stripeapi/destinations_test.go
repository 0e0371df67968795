package stripeapi_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

func TestCreationSendsWhatTheKindOfDestinationHas(t *testing.T) {
	for name, c := range map[string]struct {
		of   event.Destination
		want string
	}{
		"thin webhook": {
			event.Destination{Name: "shop", Thin: true, Version: "2023-10-16", Types: []string{"v1.charge.succeeded"}, From: []string{"@self", "@accounts"}, URL: "https://shop.example/webhooks/thin"},
			`{"name":"shop","type":"webhook_endpoint","event_payload":"thin","enabled_events":["v1.charge.succeeded"],"events_from":["@self","@accounts"],"include":["webhook_endpoint.url","webhook_endpoint.signing_secret"],"webhook_endpoint":{"url":"https://shop.example/webhooks/thin"}}`,
		},
		"snapshots by EventBridge": {
			event.Destination{Name: "bus", Version: "2023-10-16", Types: []string{"charge.succeeded"}, AWSAccount: "123456789012", AWSRegion: "eu-west-1"},
			`{"name":"bus","type":"amazon_eventbridge","event_payload":"snapshot","enabled_events":["charge.succeeded"],"snapshot_api_version":"2023-10-16","amazon_eventbridge":{"aws_account_id":"123456789012","aws_region":"eu-west-1"}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := listen(t, says(200, `{"id":"ed_test_1","webhook_endpoint":{"url":"https://shop.example","signing_secret":"whsec_1"}}`))
			made, err := stripeapi.Destinations{Client: w.Client}.Create(t.Context(), false, c.of, "key_1")
			if err != nil || made.ID != "ed_test_1" || made.Secret != "whsec_1" {
				t.Fatalf("%+v %v", made, err)
			}
			a := w.requests()[0]
			if diff := cmp.Diff(decoded(t, c.want), decoded(t, a.body)); diff != "" {
				t.Error(diff)
			}
			if a.method != "POST" || a.target != "/v2/core/event_destinations" || a.header.Get("Idempotency-Key") != "key_1" ||
				a.header.Get("Content-Type") != "application/json" || a.header.Get("Stripe-Version") != stripeapi.ThinVersion {
				t.Errorf("%+v", a)
			}
		})
	}
}

func decoded(t *testing.T, text string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestDestinationsAreListedToTheEnd(t *testing.T) {
	pages := map[string]string{
		"/v2/core/event_destinations?include%5B0%5D=webhook_endpoint.url&limit=100": `{"data":[
			{"id":"ed_1","name":"old","event_payload":"snapshot","snapshot_api_version":"2023-10-16","enabled_events":["*"],"status":"disabled",
			 "status_details":{"disabled":{"reason":"no_aws_event_source_exists"}},"events_from":["self","other_accounts"],
			 "amazon_eventbridge":{"aws_account_id":"1","aws_region":"eu-west-1","aws_event_source_arn":"arn:1","aws_event_source_status":"pending"}}],
			"next_page_url":"/v2/core/event_destinations?page=2"}`,
		"/v2/core/event_destinations?page=2": `{"data":[{"id":"ed_2","name":"new","event_payload":"thin","enabled_events":["v1.charge.succeeded"],"status":"enabled",
			 "status_details":null,"events_from":["@organization_members"],"webhook_endpoint":{"url":"https://shop.example"}}],"next_page_url":null}`,
	}
	w := listen(t, func(res http.ResponseWriter, r *http.Request) { says(200, pages[r.RequestURI])(res, r) })
	got, err := stripeapi.Destinations{Client: w.Client}.List(t.Context(), false)
	want := []event.Destination{
		{
			ID: "ed_1", Name: "old", Version: "2023-10-16", Types: []string{"*"}, Reason: "no_aws_event_source_exists", From: []string{"@self", "@accounts"},
			AWSAccount: "1", AWSRegion: "eu-west-1", EventSource: "arn:1", SourceStatus: "pending",
		},
		{ID: "ed_2", Name: "new", Thin: true, Types: []string{"v1.charge.succeeded"}, Enabled: true, From: []string{"@organization_members"}, URL: "https://shop.example"},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Fatal(err, diff)
	}
}

func TestListOfDestinationsThatDoesNotEndIsAnError(t *testing.T) {
	w := listen(t, says(200, `{"data":[],"next_page_url":"/v2/core/event_destinations?page=1"}`))
	if _, err := (stripeapi.Destinations{Client: w.Client}).List(t.Context(), false); err == nil || len(w.requests()) > 50 {
		t.Fatal(err)
	}
	w = listen(t, says(200, `{"data":[],"next_page_url":"https://evil.example/v2/core/event_destinations"}`))
	if _, err := (stripeapi.Destinations{Client: w.Client}).List(t.Context(), false); !errors.Is(err, event.ErrInvalid) {
		t.Fatal(err)
	}
}

func TestPingAndDisableNameTheDestination(t *testing.T) {
	w := listen(t, says(200, `{"id":"evt_test_65ping","object":"v2.core.event"}`))
	d := stripeapi.Destinations{Client: w.Client}
	id, err := d.Ping(t.Context(), false, "ed_test_1")
	if err != nil || id != "evt_test_65ping" {
		t.Fatal(id, err)
	}
	if err := d.Disable(t.Context(), false, "ed_test_1"); err != nil {
		t.Fatal(err)
	}
	if asked := w.requests(); asked[0].target != "/v2/core/event_destinations/ed_test_1/ping" || asked[1].target != "/v2/core/event_destinations/ed_test_1/disable" || asked[1].body != "{}" {
		t.Error(asked)
	}
	if err := d.Disable(t.Context(), false, "../x"); !errors.Is(err, event.ErrInvalid) || len(w.requests()) > 0 {
		t.Error(err)
	}
	missing := listen(t, says(404, `{"error":{"code":"not_found","message":"No such destination"}}`))
	if err := (stripeapi.Destinations{Client: missing.Client}).Disable(t.Context(), false, "ed_1"); !errors.Is(err, event.ErrNotFound) || !strings.Contains(err.Error(), "ed_1") {
		t.Error(err)
	}
}
