package stripeapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

const permission = "The provided key 'rk_test_*********ret1' does not have the required permissions for this endpoint on account 'acct_1'. Having the 'rak_charge_read' permission would allow this request to continue."

func TestWhatStripeAnswersDecidesWhetherADeliveryIsTriedAgain(t *testing.T) {
	fail := func(status int, code, message string, header ...string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			fakestripe.Fail(w, status, "invalid_request_error", code, message)
			return true
		}
	}
	for name, c := range map[string]struct {
		fault func(http.ResponseWriter, *http.Request) bool
		state event.State
		says  string
	}{
		"too many requests": {fail(429, "rate_limit", "slow down", "Retry-After", "120"), event.Waiting, "429 rate_limit"},
		"server error":      {fail(500, "", "oops"), event.Waiting, "500"},
		"unavailable":       {fail(503, "", "later", "Retry-After", "30"), event.Waiting, "503"},
		"conflict":          {fail(409, "lock_timeout", "busy"), event.Waiting, "409"},
		"a proxy's page": {func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusBadGateway)
			_, _ = w.Write([]byte("<html>jane@example.com"))
			return true
		}, event.Waiting, "could not be read"},
		"reset": {func(w http.ResponseWriter, _ *http.Request) bool {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_ = conn.Close()
			}
			return true
		}, event.Waiting, "EOF"},
		"key refused":        {fail(401, "", "Invalid API Key provided: rk_test_****ret1"), event.Parked, "the API key is refused"},
		"permission missing": {fail(403, "", permission), event.Parked, "rak_charge_read"},
		"object missing":     {nil, event.Parked, "No such charge: 'ch_missing'"},
		"bad request":        {fail(400, "parameter_unknown", "Received unknown parameter: x"), event.Parked, "unknown parameter"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, url := serve(t, c.fault)
			client := at(url, "rk_test_secret1")
			rig := actiontest.New(t, func(ctx context.Context, _ *action.Event[json.RawMessage]) error {
				return stripeapi.Verdict(getCharge(t, client, "ch_missing"))
			}, action.AnyVersion)
			d := rig.Post([]byte(sample))
			if d.State != c.state || !strings.Contains(d.Error, c.says) {
				t.Fatalf("%s: %s", d.State, d.Error)
			}
			if strings.Contains(d.Error, "secret1") || strings.Contains(d.Error, "jane") || strings.Contains(d.Error, url) {
				t.Fatalf("it shows too much: %s", d.Error)
			}
		})
	}
}

const sample = `{"id":"evt_1","object":"event","type":"charge.succeeded","created":1790000000,"livemode":false,"api_version":"2023-10-16","data":{"object":{"id":"ch_1","object":"charge"}}}`

func TestRetryAfterIsHonoured(t *testing.T) {
	_, url := serve(t, func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Retry-After", "7200")
		fakestripe.Fail(w, 429, "invalid_request_error", "rate_limit", "slow down")
		return true
	})
	client := at(url, "rk_test_1")
	rig := actiontest.New(t, func(context.Context, *action.Event[json.RawMessage]) error {
		return stripeapi.Verdict(getCharge(t, client, "ch_1"))
	}, action.AnyVersion)
	d := rig.Post([]byte(sample))
	if wait := d.Next.Sub(rig.Now); wait.Minutes() < 59 || wait.Hours() > 2 {
		t.Fatalf("next attempt in %v, want an hour: what Stripe asks for, bounded", wait)
	}
}

func TestOneFailureInPassingIsNotNoticed(t *testing.T) {
	var calls atomic.Int64
	_, url := serve(t, func(w http.ResponseWriter, _ *http.Request) bool {
		if calls.Add(1) > 1 {
			return false
		}
		fakestripe.Fail(w, 500, "api_error", "", "oops")
		return true
	})
	if err := getCharge(t, at(url, "rk_test_1"), "ch_1"); err != nil {
		t.Fatal(err)
	}
}

func TestWhatStripeSaysIsToldWithoutKeysAndAddresses(t *testing.T) {
	_, url := serve(t, func(w http.ResponseWriter, _ *http.Request) bool {
		fakestripe.Fail(w, 400, "invalid_request_error", "email_invalid", "Invalid email address: jane@example.com, with rk_test_secret1")
		return true
	})
	// not a delivery's error, which the harness redacts: reconcile logs it as it is
	err := stripeapi.Verdict(getCharge(t, at(url, "rk_test_secret1"), "ch_1"))
	if err == nil || !strings.Contains(err.Error(), "Invalid email address: [address], with rk_test_…") {
		t.Fatal(err)
	}
}

func TestAMissingKeyParksWithAWayOut(t *testing.T) {
	_, err := at("", "rk_test_1").For(t.Context(), event.Scope{Livemode: true})
	err = stripeapi.Verdict(err)
	if !errors.Is(err, event.ErrNotConfigured) || !strings.Contains(err.Error(), "for live mode") || !strings.Contains(err.Error(), "restricted key") {
		t.Fatal(err)
	}
	if stripeapi.Verdict(nil) != nil {
		t.Fatal("nil is an error")
	}
}
