package stripeapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/metric"
)

// keys are the API keys of both modes.
type keys struct{ live, test string }

// key returns the key of the scope's mode from the secret as read returns it.
func (c *Client) key(ctx context.Context, read func(context.Context) (string, error), s event.Scope) (string, error) {
	text, err := read(ctx)
	if err != nil && !errors.Is(err, event.ErrNotConfigured) {
		return "", &plain{err, "read the Stripe API key: " + mask(err.Error())}
	}
	k, err := parseKeys(text)
	if err != nil {
		return "", err
	}
	key := k.test
	if s.Livemode {
		key = k.live
	}
	if key == "" {
		return "", &plain{event.ErrNotConfigured, fmt.Sprintf("no Stripe API key is configured for %s mode", s.Mode())}
	}
	return key, nil
}

// parseKeys reads the text of the secret; without a key there are none. Its
// errors are event.ErrInvalid and do not contain the text.
func parseKeys(text string) (keys, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return keys{}, nil
	}
	if !strings.HasPrefix(text, "{") {
		k := split(text)
		if k == (keys{}) {
			return k, errNotAKey
		}
		return k, nil
	}
	var both struct{ Live, Test string }
	if json.Unmarshal([]byte(text), &both) != nil {
		return keys{}, errNotAKey
	}
	given := keys{strings.TrimSpace(both.Live), strings.TrimSpace(both.Test)}
	if k := (keys{split(given.live).live, split(given.test).test}); k != given {
		return keys{}, errNotAKey
	}
	return given, nil
}

var errNotAKey = invalid(`the secret with the Stripe API key is neither a key (rk_live_…, rk_test_…) nor {"live":"rk_live_…","test":"rk_test_…"}`)

// split returns the key under the mode that it is for.
func split(key string) keys {
	if strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return keys{}
	}
	for _, kind := range []string{"rk_", "sk_"} {
		if strings.HasPrefix(key, kind+"live_") {
			return keys{live: key}
		}
		if strings.HasPrefix(key, kind+"test_") {
			return keys{test: key}
		}
	}
	return keys{}
}

// Kinds says which keys the text of the secret has, and nothing of the keys.
type Kinds struct {
	Live, Test bool
	LiveSecret bool // the live key is not restricted (sk_live_)
}

// KindsOf reads the text of the secret as the client does. Its errors do not
// contain the text.
func KindsOf(text string) (Kinds, error) {
	k, err := parseKeys(text)
	return Kinds{Live: k.live != "", Test: k.test != "", LiveSecret: strings.HasPrefix(k.live, "sk_")}, err
}

// signer puts the current key and the account on every request. A key that Stripe
// refuses is read again: if it was rolled, the request is made once more.
type signer struct {
	client *Client
	scope  event.Scope
	next   http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (s *signer) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, c := req.Context(), s.client
	key, err := c.key(ctx, c.Secret, s.scope)
	if err != nil {
		return nil, err
	}
	metric.Process.Add(metric.StripeReads)
	res, err := s.next.RoundTrip(s.sign(req, key))
	if err != nil || res.StatusCode != http.StatusUnauthorized || req.GetBody == nil || c.Refresh == nil {
		return res, err
	}
	newer, err := c.key(ctx, c.Refresh, s.scope)
	if err != nil || newer == key {
		return res, nil //nolint:nilerr // Stripe's answer says more
	}
	_ = res.Body.Close()
	again := s.sign(req, newer)
	if again.Body, err = req.GetBody(); err != nil {
		return nil, fmt.Errorf("send the request again with the new key: %w", err)
	}
	metric.Process.Add(metric.StripeReads)
	return s.next.RoundTrip(again)
}

func (s *signer) sign(req *http.Request, key string) *http.Request {
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", "Bearer "+key)
	if s.scope.Account != "" && req.Header.Get("Stripe-Account") == "" {
		req.Header.Set("Stripe-Account", s.scope.Account)
	}
	return req
}
