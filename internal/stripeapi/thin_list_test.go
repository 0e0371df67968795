package stripeapi_test

import (
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
)

func TestThinListingHasTheParametersOfV2(t *testing.T) {
	w := listen(t, says(200, `{"data":[{"id": "evt_2"},{"id": "evt_1"}],"next_page_url":"/v2/core/events?page=abc%2F","previous_page_url":null}`))
	from := time.Date(2026, 11, 1, 2, 0, 0, 1, time.FixedZone("", 3600))
	l := event.ThinListing{Scope: event.Scope{Account: "acct_1"}, Types: []string{"v1.charge.succeeded", "v2.core.account[requirements].updated"}, From: from, To: from.Add(time.Hour)}
	bodies, next, err := w.ThinEvents(t.Context(), l)
	if err != nil || len(bodies) != 2 || string(bodies[0]) != `{"id": "evt_2"}` || next != "/v2/core/events?page=abc%2F" {
		t.Fatalf("%s, %q, %v", bodies, next, err)
	}
	asked := w.requests()[0]
	u, err := url.Parse(asked.target)
	if err != nil {
		t.Fatal(err)
	}
	want := url.Values{
		"limit": {"100"}, "types[0]": {"v1.charge.succeeded"}, "types[1]": {"v2.core.account[requirements].updated"},
		"created[gte]": {"2026-11-01T01:00:00.001Z"}, "created[lt]": {"2026-11-01T02:00:00.001Z"},
	}
	if diff := cmp.Diff(want, u.Query()); diff != "" || u.Path != "/v2/core/events" || asked.header.Get("Stripe-Context") != "acct_1" || asked.header.Get("Stripe-Account") != "" {
		t.Error(asked, diff)
	}
}

func TestPagesOfThinEventsAreFollowedAsGiven(t *testing.T) {
	w := listen(t, says(200, `{"data":[],"next_page_url":null}`))
	for page, target := range map[string]string{
		"/v2/core/events?page=a%2Fb&limit=3": "/v2/core/events?page=a%2Fb&limit=3", w.url + "/v2/core/events?page=x": "/v2/core/events?page=x",
		"/v2/core/events/pages/x": "/v2/core/events/pages/x",
	} {
		_, next, err := w.ThinEvents(t.Context(), event.ThinListing{Types: []string{"ignored"}, From: time.Unix(1, 0), Page: page})
		if asked := w.requests(); err != nil || next != "" || len(asked) != 1 || asked[0].target != target {
			t.Errorf("%s: %q, %v, %v", page, next, err, asked)
		}
	}
}

func TestHostilePagesAreNotRequested(t *testing.T) {
	pages := []string{
		"/v2/core/accounts", "/v2/core/eventsx", "/v1/events", "/v2/core/events/../accounts", "/v2/core/events/%2e%2e/accounts", "https://evil.example/v2/core/events",
		"//evil.example/v2/core/events", "http://127.0.0.1:1/v2/core/events",
	}
	next := ""
	w := listen(t, func(res http.ResponseWriter, r *http.Request) {
		says(200, `{"data":[],"next_page_url":"`+next+`"}`)(res, r)
	})
	pages = append(pages, w.url+".evil.example/v2/core/events", w.url+"@evil.example/v2/core/events", w.url+"//evil.example/v2/core/events", w.url+"1/v2/core/events")
	for _, page := range pages {
		if _, _, err := w.ThinEvents(t.Context(), event.ThinListing{Page: page}); !errors.Is(err, event.ErrInvalid) || len(w.requests()) > 0 {
			t.Errorf("%s: %v, want ErrInvalid without a request", page, err)
		}
		next = page
		if _, got, err := w.ThinEvents(t.Context(), event.ThinListing{}); err == nil || got != "" {
			t.Errorf("as the next page, %s is returned as %q", page, got)
		}
		w.requests()
	}
}

func TestRefusedPageIsNotFound(t *testing.T) {
	for _, status := range []int{400, 404, 500} {
		w := listen(t, says(status, `{"error":{"code":"invalid_page_token","message":"expired"}}`))
		_, _, first := w.ThinEvents(t.Context(), event.ThinListing{})
		_, _, err := w.ThinEvents(t.Context(), event.ThinListing{Page: "/v2/core/events?page=x"})
		if errors.Is(err, event.ErrNotFound) != (status < 500) || status == 400 && errors.Is(first, event.ErrNotFound) {
			t.Errorf("%d: %v, without a page %v", status, err, first)
		}
	}
}
