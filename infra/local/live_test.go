package local_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/internal/webhook"
)

func TestSecretsThatNoStackMayHaveAreRefusedInOneSentence(t *testing.T) {
	for _, c := range []struct {
		secret, key string
		live        bool
		says        string
	}{
		{"whsec_local", "", false, ""},
		{"whsec_a, whsec_b\n", "rk_test_1", false, ""},
		{"whsec_a", `{"test":"rk_test_1"}`, false, ""},
		{"whsec_a", "rk_live_hidden", true, ""},
		{"", "", false, "STRIPE_WEBHOOK_SECRET"},
		{"sk_test_hidden", "", false, "STRIPE_WEBHOOK_SECRET"},
		{"whsec_a,hidden", "", false, "STRIPE_WEBHOOK_SECRET"},
		{`{"secret":"whsec_hidden"}`, "", false, "STRIPE_WEBHOOK_SECRET"},
		{"whsec_a", "sk_live_hidden", false, "--allow-live"},
		{"whsec_a", "rk_live_hidden", false, "--allow-live"},
		{"whsec_a", " sk_live_hidden\n", false, "--allow-live"},
		{"whsec_a", `{"live":"rk_live_hidden","test":"rk_test_1"}`, false, "--allow-live"},
	} {
		err := local.Config{Secret: c.secret, StripeKey: c.key, AllowLive: c.live}.Check()
		if (err != nil) != (c.says != "") || err != nil && (!strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "hidden") || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%q and %q: %v", c.secret, c.key, err)
		}
	}
}

func TestLiveEventsSignedByASecretOfStripesAreRefused(t *testing.T) {
	const (
		stripes = "whsec_aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE" // of the form of an endpoint's
		listens = "whsec_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	)
	for _, allow := range []bool{false, true} {
		s := start(t, func(c *local.Config) {
			c.Secret, c.AllowLive = strings.Join([]string{secret, stripes, listens}, ","), allow
		})
		test, live := string(payment("1")), strings.ReplaceAll(string(payment("2")), `"livemode":false`, `"livemode":true`)
		if f, _ := webhook.Parse([]byte(live)); !f.Livemode {
			t.Fatal("no live event")
		}
		for _, c := range []struct {
			body, secret string
			code         int
		}{
			{live, stripes, map[bool]int{false: http.StatusForbidden, true: http.StatusOK}[allow]},
			{test, stripes, http.StatusOK},
			{live, listens, http.StatusOK},
			{live, secret, http.StatusOK},
			{live, "whsec_wrong", http.StatusBadRequest},
		} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.API+"/webhooks/default", strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Stripe-Signature", webhook.Sign([]byte(c.body), c.secret, time.Now()))
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if res.StatusCode != c.code {
				t.Errorf("allowed %t, signed with %.12s…: %d, want %d", allow, c.secret, res.StatusCode, c.code)
			}
		}
	}
}
