package local

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/webhook"
)

// Check returns what is wrong with the secrets, in one sentence without any of them.
func (c Config) Check() error {
	if _, err := webhook.ParseSecrets(c.Secret); err != nil {
		return fmt.Errorf("STRIPE_WEBHOOK_SECRET: %w; set it to one or more whsec_… separated by commas", err)
	}
	// Of whatever kind the key is (sk_, rk_), alone or one of several: this is in it.
	if strings.Contains(c.StripeKey, "_live_") && !c.AllowLive {
		return errors.New("STRIPE_API_KEY is a key of live mode, whose calls concern real customers; set it to one of test mode (rk_test_…), or add --allow-live")
	}
	return nil
}

// refuseLive is the gateway's Refuse. A signing secret does not say its mode, and what it
// signed does: a live event signed by a secret that Stripe made is real, and its customers
// have no place in a folder on this machine. The samples are signed by secrets made up here.
func (s *Stack) refuseLive(r *http.Request, body []byte) string {
	if s.cfg.AllowLive {
		return ""
	}
	for _, secret := range s.stripesSecrets(path.Base(r.URL.Path)) {
		if webhook.Verify(body, r.Header.Get("Stripe-Signature"), []string{secret}, time.Now()) != nil {
			continue
		}
		if f, _ := webhook.Parse(body); f.Livemode {
			return "a live event, signed with a live secret; set STRIPE_WEBHOOK_SECRET to one of test mode, or start with --allow-live"
		}
	}
	return ""
}

// stripesSecrets are the signing secrets of an endpoint that Stripe made: by their form, or
// because they came after the start, as that of Stripe's CLI does.
func (s *Stack) stripesSecrets(endpoint string) []string {
	text, err := s.AWS.SecretValue(WebhookSecrets + endpoint)
	if err != nil {
		return nil // ingest answers that it has no secret
	}
	secrets, err := webhook.ParseSecrets(text)
	if err != nil {
		return nil
	}
	made, _ := webhook.ParseSecrets(s.cfg.Secret) // it was checked
	return slices.DeleteFunc(secrets, func(secret string) bool {
		return slices.Contains(made, secret) && !webhook.MadeByStripe(secret)
	})
}
