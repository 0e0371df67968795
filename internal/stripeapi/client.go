// Package stripeapi reads Stripe's API with the stack's API key.
//
// Stripe-go's global state is not touched: each client has its own key, timeout
// and retries, and logs nothing.
package stripeapi

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/payhooks/payhooks/internal/event"
)

const (
	// timeout of one request, the answer included.
	timeout = 8 * time.Second
	// retries of one call by stripe-go itself, after half a second: with the
	// timeout they stay within a function's 30 seconds. More is the ledger's.
	retries = 1
)

// Client makes backends of stripe-go. Secret and Now are needed. It makes no
// request before For, and is safe for concurrent use.
type Client struct {
	// Secret returns the secret with the key: a key, which serves its own mode,
	// or {"live":"rk_live_…","test":"rk_test_…"}. event.ErrNotConfigured or an
	// empty text if there is none. It is called for every request.
	Secret func(ctx context.Context) (string, error)
	// Refresh is Secret for a key that Stripe refused: it may read the source
	// again. nil: a refused key is not read again.
	Refresh func(ctx context.Context) (string, error)
	// Base is the API's address; empty is Stripe's own.
	Base string
	Now  func() time.Time
	// Timeout of one request; 0 is 8 seconds.
	Timeout time.Duration
	// Transport makes the requests; nil makes them over the network.
	Transport http.RoundTripper

	once   sync.Once
	pooled http.RoundTripper
}

// Key is a secret that is kept for a while, such as secret.Value.
type Key interface {
	Get(ctx context.Context) (string, error)
	Refresh(ctx context.Context) (string, error)
}

// Open returns the client with that key. STRIPE_API_BASE replaces Stripe's
// address.
func Open(key Key, now func() time.Time) *Client {
	return &Client{Secret: key.Get, Refresh: key.Refresh, Base: os.Getenv("STRIPE_API_BASE"), Now: now}
}

// For returns what stripe-go's packages make their calls with, as in charge.Client{B: …},
// for the scope. event.ErrNotConfigured if no key serves its mode. Every request gets the
// key that is current when it is made, and the account if its params name none. Pass a
// context with Params or ListParams. Stripe-go's package client would need no choice of
// packages, and brings a hundred more to compile and to link.
func (c *Client) For(ctx context.Context, s event.Scope) (stripe.Backend, error) {
	if _, err := c.key(ctx, c.Secret, s); err != nil {
		return nil, err
	}
	base, err := c.base()
	if err != nil {
		return nil, err
	}
	return stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
		HTTPClient:        c.signed(s),
		EnableTelemetry:   stripe.Bool(false),
		LeveledLogger:     &stripe.LeveledLogger{Level: stripe.LevelNull},
		MaxNetworkRetries: stripe.Int64(retries),
		URL:               base,
	}), nil
}

// signed returns an HTTP client whose requests carry the key of the scope.
func (c *Client) signed(s event.Scope) *http.Client {
	return &http.Client{
		Timeout: cmp.Or(c.Timeout, timeout), Transport: &signer{client: c, scope: s, next: c.shared()},
		// A redirect would take the key elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Params returns the params of one request for the account.
func Params(ctx context.Context, account string) stripe.Params {
	p := stripe.Params{Context: ctx}
	if account != "" {
		p.SetStripeAccount(account)
	}
	return p
}

// ListParams returns the params of a list for the account, in pages of 100.
func ListParams(ctx context.Context, account string) stripe.ListParams {
	p := stripe.ListParams{Context: ctx, Limit: stripe.Int64(100)}
	if account != "" {
		p.SetStripeAccount(account)
	}
	return p
}

// base refuses to send a key unencrypted to anything but this machine.
func (c *Client) base() (*string, error) {
	if c.Base == "" {
		return nil, nil //nolint:nilnil // stripe-go takes nil for its default
	}
	u, err := url.Parse(c.Base)
	if err != nil || u.Host == "" {
		return nil, invalid("STRIPE_API_BASE is %q: expected a URL, for example https://api.stripe.com", c.Base)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, invalid("STRIPE_API_BASE is %q: expected https, since the API key goes there", c.Base)
	}
	return &c.Base, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// shared is the one pool of connections.
func (c *Client) shared() http.RoundTripper {
	if c.Transport != nil {
		return c.Transport
	}
	c.once.Do(func() {
		t := &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true}
		c.pooled = t
	})
	return c.pooled
}
