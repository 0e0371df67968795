package stripeapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

func TestThinRequestsCarryVersionAndContext(t *testing.T) {
	const sent = "{\n \"id\" : \"x_1\"}"
	w := listen(t, says(200, sent))
	for name, c := range map[string]struct {
		call             func() ([]byte, error)
		target           string
		context, version string
	}{
		"thin event": {func() ([]byte, error) { return w.ThinEvent(t.Context(), false, "acct_1/acct_2", "evt_test_65") }, "/v2/core/events/evt_test_65", "acct_1/acct_2", stripeapi.ThinVersion},
		"own":        {func() ([]byte, error) { return w.ThinEvent(t.Context(), false, "", "evt_test_65") }, "/v2/core/events/evt_test_65", "", stripeapi.ThinVersion},
		"snapshot":   {func() ([]byte, error) { return w.Snapshot(t.Context(), false, "acct_1", "evt_1") }, "/v1/events/evt_1", "acct_1", ""},
		"object":     {func() ([]byte, error) { return w.Object(t.Context(), false, "acct_1", "/v1/charges/ch_1", "") }, "/v1/charges/ch_1", "acct_1", stripeapi.ThinVersion},
		"in a version": {func() ([]byte, error) {
			return w.Object(t.Context(), false, "org_1/acct_1", "/v1/charges/ch_1", "2023-10-16")
		}, "/v1/charges/ch_1", "org_1/acct_1", "2023-10-16"},
		"below v2": {func() ([]byte, error) {
			return w.Object(t.Context(), false, "", "/v2/core/accounts/acct_1?include=x", "2023-10-16")
		}, "/v2/core/accounts/acct_1?include=x", "", stripeapi.ThinVersion},
	} {
		t.Run(name, func(t *testing.T) {
			body, err := c.call()
			asked := w.requests()
			if err != nil || string(body) != sent || len(asked) != 1 {
				t.Fatalf("%q %v after %d requests", body, err, len(asked))
			}
			a := asked[0]
			if a.target != c.target || a.header.Get("Stripe-Context") != c.context || a.header.Get("Stripe-Version") != c.version || a.header.Get("Authorization") != "Bearer rk_test_1" {
				t.Errorf("requested %s with %v", a.target, a.header)
			}
			if a.header.Values("Stripe-Account") != nil || c.context == "" && a.header.Values("Stripe-Context") != nil {
				t.Errorf("requested with %v", a.header)
			}
		})
	}
}

func TestBothShapesOfErrorsHaveTheSameVerdicts(t *testing.T) {
	v1 := `{"error":{"type":"invalid_request_error","message":"` + permission + `, jane@example.com"}}`
	v2 := `{"error":{"code":"%s","type":"invalid_request_error","message":"` + permission + `, jane@example.com"}}`
	const retry, park = true, false
	for status, c := range map[int]struct {
		code  string
		retry bool
		is    error
	}{
		400: {"invalid_fields", park, nil}, 401: {"invalid_key", park, event.ErrDenied}, 403: {"forbidden", park, event.ErrDenied},
		404: {"not_found", park, event.ErrNotFound}, 408: {"timeout", retry, nil}, 409: {"conflict", retry, nil}, 422: {"x", park, nil},
		429: {"rate_limit", retry, nil}, 500: {"internal", retry, nil}, 503: {"unavailable", retry, nil},
	} {
		for shape, body := range map[string]string{"v1": v1, "v2": fmt.Sprintf(v2, c.code)} {
			_, err := listen(t, says(status, body, "Retry-After", "90", "Request-Id", "req_1")).ThinEvent(t.Context(), false, "", "evt_1")
			var again *event.RetryError
			if errors.As(err, &again) != c.retry || parks(err) == c.retry || c.retry && again.After != 90*time.Second {
				t.Errorf("%d %s: %#v", status, shape, err)
			}
			for _, is := range []error{event.ErrDenied, event.ErrNotFound} {
				if errors.Is(err, is) != (c.is == is) { //nolint:errorlint // the same value
					t.Errorf("%d %s: is %v: %t", status, shape, is, errors.Is(err, is))
				}
			}
			text := err.Error()
			if !strings.Contains(text, "rak_charge_read") || !strings.Contains(text, "req_1") || strings.Contains(text, "jane") || shape == "v2" && !strings.Contains(text, c.code) {
				t.Errorf("%d %s: %s", status, shape, text)
			}
		}
	}
}

// parks reports whether a delivery with this error is not tried again.
func parks(err error) bool {
	var permanent *event.PermanentError
	var again *event.RetryError
	return errors.As(err, &permanent) && !errors.As(err, &again)
}

func TestAnswersThatAreNotStripesAreTriedAgain(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"a proxy's page": says(403, "<html>jane@example.com"), "no error in it": says(404, `{"message":"no"}`), "success that is not JSON": says(200, "<html>"),
		"empty": says(200, ""), "reset": func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) },
		"cut short": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte(`{}`))
		},
	} {
		_, err := listen(t, answer).ThinEvent(t.Context(), false, "", "evt_1")
		var again *event.RetryError
		if !errors.As(err, &again) || errors.Is(err, event.ErrDenied) || errors.Is(err, event.ErrNotFound) || strings.Contains(err.Error(), "jane") {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := listen(t, says(200, `"`+strings.Repeat("a", 4<<20)+`"`)).ThinEvent(t.Context(), false, "", "evt_1")
	if !errors.Is(err, event.ErrTooLarge) || !parks(err) {
		t.Errorf("too long: %v", err)
	}
}

func TestThinRequestsFollowNoRedirect(t *testing.T) {
	var elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		w := listen(t, says(status, `{"error":{"message":"moved"}}`, "Location", other.URL+"/v1/charges/ch_1"))
		_, get := w.Object(t.Context(), false, "", "/v1/charges/ch_1", "")
		post := stripeapi.Destinations{Client: w.Client}.Disable(t.Context(), false, "ed_1")
		if get == nil || post == nil || elsewhere.Load() > 0 || len(w.requests()) != 2 {
			t.Errorf("%d: %v, %v, followed %d times", status, get, post, elsewhere.Load())
		}
	}
}

func TestRolledKeyRepeatsThinRequestWithItsBody(t *testing.T) {
	w := listen(t, func(res http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer rk_test_new" {
			says(200, `{"id":"ed_1"}`)(res, r)
			return
		}
		says(401, `{"error":{"code":"api_key_expired","message":"Expired API Key"}}`)(res, r)
	})
	w.Refresh = func(context.Context) (string, error) { return "rk_test_new", nil }
	_, get := w.ThinEvent(t.Context(), false, "acct_1", "evt_1")
	_, post := stripeapi.Destinations{Client: w.Client}.Create(t.Context(), false, event.Destination{Name: "x"}, "key_1")
	asked := w.requests()
	if get != nil || post != nil || len(asked) != 4 {
		t.Fatalf("%v, %v after %d requests", get, post, len(asked))
	}
	if asked[1].header.Get("Stripe-Context") != "acct_1" || asked[3].body != asked[2].body || asked[3].body == "" || asked[3].header.Get("Idempotency-Key") != "key_1" {
		t.Fatalf("repeated %+v", asked)
	}
}

func TestThinRequestsNeedAKeyOfTheMode(t *testing.T) {
	w := listen(t, says(200, `{}`))
	if _, err := w.ThinEvent(t.Context(), true, "", "evt_1"); !errors.Is(err, event.ErrNotConfigured) || len(w.requests()) > 0 {
		t.Fatal(err)
	}
	if _, err := at("http://stripe.example.com", "rk_test_1").ThinEvent(t.Context(), false, "", "evt_1"); !errors.Is(err, event.ErrInvalid) {
		t.Fatalf("a key in the clear: %v", err)
	}
}
