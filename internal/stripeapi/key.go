package stripeapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

// ErrNoKey: no API key is configured for the mode that was asked for.
var ErrNoKey = errors.New("no Stripe API key is configured")

const (
	// maxAge is how long a key is used after it was read.
	maxAge = 5 * time.Minute
	// missAge is how long the absence of a key is believed.
	missAge = time.Minute
	// refusedAge is how old a key must be for a refusal by Stripe to have it
	// read again: a rolled key works at once, a bad one costs few calls.
	refusedAge = 10 * time.Second
)

// keys are the API keys of both modes as they were read last.
type keys struct {
	mu         sync.Mutex
	live, test string
	read       time.Time
	err        error // ErrNoKey, or that the secret cannot be understood
}

// key returns the key of a mode, read at most maxAge ago.
func (c *Client) key(ctx context.Context, livemode bool) (string, error) {
	return c.fresh(ctx, livemode, maxAge)
}

func (c *Client) fresh(ctx context.Context, livemode bool, age time.Duration) (string, error) {
	k := &c.keys
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err != nil {
		age = min(age, missAge)
	}
	if old := c.Now().Sub(k.read); k.read.IsZero() || old < 0 || old >= age {
		if err := c.fetch(ctx); err != nil {
			return "", err
		}
	}
	switch {
	case k.err != nil:
		return "", k.err
	case livemode && k.live != "":
		return k.live, nil
	case !livemode && k.test != "":
		return k.test, nil
	}
	return "", fmt.Errorf("%w for %s mode", ErrNoKey, mode(livemode))
}

// fetch reads the secret. That there is none is an answer and is kept; that it
// cannot be read is not.
func (c *Client) fetch(ctx context.Context) error {
	k := &c.keys
	text, err := c.Secret(ctx)
	if err != nil && !errors.Is(err, ErrNoKey) {
		return &setupError{fmt.Errorf("read the Stripe API key: %w", err)}
	}
	if err == nil {
		k.live, k.test, err = parseKeys(text)
	}
	if k.read, k.err = c.Now(), err; err != nil {
		k.live, k.test = "", ""
	}
	return nil
}

// parseKeys never puts a key into its error.
func parseKeys(text string) (live, test string, err error) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "{") {
		if live, test = split(text); live == "" && test == "" {
			return "", "", bad(text)
		}
		return live, test, nil
	}
	var both struct{ Live, Test string }
	if json.Unmarshal([]byte(text), &both) != nil {
		return "", "", bad(text)
	}
	both.Live, both.Test = strings.TrimSpace(both.Live), strings.TrimSpace(both.Test)
	live, _ = split(both.Live)
	_, test = split(both.Test)
	if live != both.Live || test != both.Test {
		return "", "", bad(text)
	}
	if live == "" && test == "" {
		return "", "", ErrNoKey
	}
	return live, test, nil
}

func bad(text string) error {
	if text == "" {
		return ErrNoKey
	}
	return &setupError{errors.New(`the secret with the Stripe API key is neither a key (rk_live_…, rk_test_…) nor {"live":"rk_live_…","test":"rk_test_…"}`)}
}

// split tells which mode a key is for.
func split(key string) (live, test string) {
	if strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return "", ""
	}
	for _, kind := range []string{"rk_", "sk_"} {
		if strings.HasPrefix(key, kind+"live_") {
			return key, ""
		}
		if strings.HasPrefix(key, kind+"test_") {
			return "", key
		}
	}
	return "", ""
}

func mode(livemode bool) string {
	if livemode {
		return "live"
	}
	return "test"
}

// fromManager reads the secret's current value.
func fromManager(cfg aws.Config, name string) func(context.Context) (string, error) {
	sm := secretsmanager.NewFromConfig(cfg)
	return func(ctx context.Context) (string, error) {
		out, err := sm.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &name})
		missing, deleted := new(types.ResourceNotFoundException), new(types.InvalidRequestException)
		if errors.As(err, &missing) || errors.As(err, &deleted) {
			return "", fmt.Errorf("%w: secret %s has no value", ErrNoKey, name)
		}
		if err != nil {
			return "", fmt.Errorf("secret %s: %w", name, err)
		}
		return aws.ToString(out.SecretString), nil
	}
}

// signer puts the current key and the account on every request. A refused key
// is read again: if it was rolled, the request is made once more.
type signer struct {
	client   *Client
	account  string
	livemode bool
	next     http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (s *signer) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	key, err := s.client.key(ctx, s.livemode)
	if err != nil {
		return nil, err
	}
	res, err := s.next.RoundTrip(s.sign(req, key))
	if err != nil || res.StatusCode != http.StatusUnauthorized || req.GetBody == nil {
		return res, err
	}
	newer, err := s.client.fresh(ctx, s.livemode, refusedAge)
	if err != nil || newer == key {
		return res, nil //nolint:nilerr // Stripe's answer says more
	}
	_ = res.Body.Close()
	again := s.sign(req, newer)
	if again.Body, err = req.GetBody(); err != nil {
		return nil, fmt.Errorf("send the request again with the new key: %w", err)
	}
	return s.next.RoundTrip(again)
}

func (s *signer) sign(req *http.Request, key string) *http.Request {
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", "Bearer "+key)
	if s.account != "" && req.Header.Get("Stripe-Account") == "" {
		req.Header.Set("Stripe-Account", s.account)
	}
	return req
}
