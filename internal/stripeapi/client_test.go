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

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/charge"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

// serve answers like Stripe, with a charge ch_1 in test mode, unless fault does.
func serve(t *testing.T, fault func(http.ResponseWriter, *http.Request) bool) (*fakestripe.API, string) {
	t.Helper()
	api := &fakestripe.API{Fault: fault}
	if err := api.Put("", []byte(`{"id":"ch_1","object":"charge","amount":100,"livemode":false}`)); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(api)
	t.Cleanup(srv.Close)
	return api, srv.URL
}

func getCharge(t *testing.T, c *stripeapi.Client, id string) error {
	t.Helper()
	api, err := c.For(t.Context(), event.Scope{})
	if err != nil {
		return err
	}
	_, err = charge.Client{B: api}.Get(id, &stripe.ChargeParams{Params: stripeapi.Params(t.Context(), "")})
	return err
}

func TestEachModeHasItsOwnKey(t *testing.T) {
	for name, c := range map[string]struct {
		secret     string
		live, test string // key that is sent, "" for none
	}{
		"both":            {`{"live":"rk_live_1","test":"rk_test_1"}`, "rk_live_1", "rk_test_1"},
		"live in JSON":    {`{"live":"rk_live_1"}`, "rk_live_1", ""},
		"plain live":      {"sk_live_1\n", "sk_live_1", ""},
		"plain test":      {" rk_test_1", "", "rk_test_1"},
		"nothing in JSON": {`{}`, "", ""},
		"empty":           {"", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			sent := ""
			_, url := serve(t, func(_ http.ResponseWriter, r *http.Request) bool {
				sent = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
				return false
			})
			client := at(url, c.secret)
			for live, want := range map[bool]string{true: c.live, false: c.test} {
				api, err := client.For(t.Context(), event.Scope{Livemode: live})
				if want == "" {
					if !errors.Is(err, event.ErrNotConfigured) {
						t.Errorf("live %t: %v, want ErrNotConfigured", live, err)
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				if _, err := (charge.Client{B: api}).Get("ch_1", nil); (err == nil) == live || sent != want {
					t.Errorf("live %t: sent %s, want %s; %v", live, sent, want, err)
				}
			}
		})
	}
}

func TestInvalidKeyIsNotShownInError(t *testing.T) {
	for _, secret := range []string{"hunter2", `{"live":"hunter2"}`, `{"live":"rk_test_hunter2"}`, "{hunter2", "rk_live_a hunter2"} {
		_, err := at("", secret).For(t.Context(), event.Scope{Livemode: true})
		if err == nil || errors.Is(err, event.ErrNotConfigured) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", secret, err)
		}
	}
}

func TestARolledKeyWorksAtOnce(t *testing.T) {
	api, url := serve(t, nil)
	var calls int
	api.Fault = func(w http.ResponseWriter, r *http.Request) bool {
		calls++
		if r.Header.Get("Authorization") == "Bearer rk_test_new" {
			return false
		}
		fakestripe.Fail(w, http.StatusUnauthorized, "invalid_request_error", "api_key_expired", "Expired API Key provided: rk_test_****old")
		return true
	}
	kept, current := "rk_test_old", "rk_test_old"
	c := at(url, "")
	c.Secret = func(context.Context) (string, error) { return kept, nil }
	c.Refresh = func(context.Context) (string, error) { kept = current; return kept, nil }
	if err := getCharge(t, c, "ch_1"); err == nil || calls != 1 {
		t.Fatalf("the old key: %v after %d calls", err, calls)
	}
	current = "rk_test_new"
	if err := getCharge(t, c, "ch_1"); err != nil {
		t.Fatal(err)
	}
}

func TestTheAccountIsSentEvenIfTheParamsForgetIt(t *testing.T) {
	sent := ""
	_, url := serve(t, func(_ http.ResponseWriter, r *http.Request) bool {
		sent = r.Header.Get("Stripe-Account")
		return false
	})
	api, err := at(url, "rk_test_1").For(t.Context(), event.Scope{Account: "acct_1"})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = charge.Client{B: api}.Get("ch_1", nil)
	if sent != "acct_1" {
		t.Fatalf("sent %q", sent)
	}
}

func TestAKeyIsNotSentInTheClear(t *testing.T) {
	for _, base := range []string{"http://stripe.example.com", "ftp://127.0.0.1", "nonsense", "http://10.0.0.1:80"} {
		if _, err := at(base, "rk_test_1").For(t.Context(), event.Scope{}); err == nil {
			t.Errorf("%s is taken", base)
		}
	}
	for _, base := range []string{"", "https://stripe.example.com", "http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"} {
		if _, err := at(base, "rk_test_1").For(t.Context(), event.Scope{}); err != nil {
			t.Errorf("%s: %v", base, err)
		}
	}
}

func TestARedirectDoesNotTakeTheKeyElsewhere(t *testing.T) {
	var elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	_, url := serve(t, func(w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, other.URL, http.StatusFound)
		return true
	})
	if err := getCharge(t, at(url, "rk_test_1"), "ch_1"); err == nil || elsewhere.Load() > 0 {
		t.Fatalf("followed %d times, %v", elsewhere.Load(), err)
	}
}

func TestCallsEndInTime(t *testing.T) {
	release := make(chan struct{})
	var calls atomic.Int64
	_, url := serve(t, func(_ http.ResponseWriter, r *http.Request) bool {
		calls.Add(1)
		select {
		case <-release:
		case <-r.Context().Done():
		}
		return true
	})
	defer close(release)
	c := at(url, "rk_test_1")
	c.Timeout = 100 * time.Millisecond
	begin := time.Now()
	err := stripeapi.Verdict(getCharge(t, c, "ch_1"))
	if took := time.Since(begin); err == nil || took > 5*time.Second || calls.Load() != 2 {
		t.Fatalf("%v after %v and %d calls", err, took, calls.Load())
	}
	var retry *event.RetryError
	if !errors.As(err, &retry) {
		t.Fatalf("%T", err)
	}
}

func TestAPageOfEventsIsAsStripeSentIt(t *testing.T) {
	api, url := serve(t, nil)
	body := "{\n \"id\": \"evt_1\", \"object\": \"event\", \"created\": %d, \"type\": \"charge.succeeded\", \"data\": {\"object\": {\"id\":\"ch_2\",\"object\":\"charge\"}}}"
	now := time.Now()
	sent := fmt.Sprintf(body, now.Add(-time.Minute).Unix())
	if err := api.PutEvents("", []byte(sent)); err != nil {
		t.Fatal(err)
	}
	got, more, err := at(url, "rk_test_1").Events(t.Context(), event.Listing{From: now.Add(-time.Hour), To: now})
	if err != nil || more || len(got) != 1 {
		t.Fatal(len(got), more, err)
	}
	if !strings.Contains(string(got[0]), `"id":"evt_1"`) {
		t.Fatalf("%s", got[0])
	}
}

func TestTroublesOfAListingAreToldInTheDomainsWords(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		code   string
		want   error
	}{
		"key refused":        {401, "", event.ErrDenied},
		"permission missing": {403, "", event.ErrDenied},
		"cursor gone":        {400, "resource_missing", event.ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			_, url := serve(t, func(w http.ResponseWriter, _ *http.Request) bool {
				fakestripe.Fail(w, c.status, "invalid_request_error", c.code, "no")
				return true
			})
			if _, _, err := at(url, "rk_test_1").Events(t.Context(), event.Listing{}); !errors.Is(err, c.want) {
				t.Fatal(err)
			}
		})
	}
	if _, _, err := at("", "").Events(t.Context(), event.Listing{}); !errors.Is(err, event.ErrNotConfigured) {
		t.Fatal(err)
	}
}
