// Package secret keeps secrets of Secrets Manager in memory for a short while, so
// that a roll needs no deploy and a removed secret stops working: the signing
// secrets of webhook endpoints, the API key of Stripe and the webhook of Slack.
package secret

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/webhook"
)

// How long things may take.
const (
	// MaxAge is how long secrets are used after they were asked for, and so
	// how long a removed secret can still work.
	MaxAge = 5 * time.Minute
	// RefreshEvery bounds how often signatures that match nothing make the
	// cache ask again, and so how soon a new secret works.
	RefreshEvery = 10 * time.Second
	// RetryEvery bounds how often the source is asked while it fails.
	RetryEvery = time.Second
)

// Cache keeps the signing secrets of each endpoint for MaxAge. It is safe for
// concurrent use: one call at a time asks the source, for each endpoint, and the
// others wait for its answer or for their context.
type Cache struct {
	Fetch Fetch // by the endpoint's name
	Now   func() time.Time

	mu     sync.Mutex
	values map[string]*Value
}

// Secrets returns the endpoint's signing secrets, never empty and never older
// than MaxAge. If the source fails for longer than that, so does Secrets.
// webhook.ErrNoSecret and webhook.ErrBadSecret mean that there is nothing to
// verify against; any other error means that the source cannot be reached.
func (c *Cache) Secrets(ctx context.Context, endpoint string) ([]string, error) {
	text, err := c.value(endpoint).Get(ctx)
	return parse(endpoint, text, err)
}

// Refresh is for a signature that matched nothing: it returns secrets that are
// at most RefreshEvery old, so a flood of bad signatures costs one call in
// that time. known are the secrets that did not match; changed reports whether
// the returned ones differ.
func (c *Cache) Refresh(ctx context.Context, endpoint string, known []string) (secrets []string, changed bool, err error) {
	text, err := c.value(endpoint).Refresh(ctx)
	secrets, err = parse(endpoint, text, err)
	return secrets, err == nil && !slices.Equal(secrets, known), err
}

func parse(endpoint, text string, err error) (secrets []string, _ error) {
	if err == nil {
		secrets, err = webhook.ParseSecrets(text)
	}
	switch {
	case errors.Is(err, event.ErrNotConfigured):
		return nil, fmt.Errorf("endpoint %s: %w: %w", endpoint, webhook.ErrNoSecret, err)
	case err != nil:
		return nil, fmt.Errorf("signing secrets of endpoint %s: %w", endpoint, err)
	}
	return secrets, nil
}

func (c *Cache) value(endpoint string) *Value {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.values[endpoint]
	if v == nil {
		if c.values == nil {
			c.values = map[string]*Value{}
		}
		v = &Value{
			Name: endpoint, Fetch: c.Fetch, Now: c.Now,
			Rules: Rules{MaxAge: MaxAge, Absence: RetryEvery, Refresh: RefreshEvery, Retry: RetryEvery},
			Check: func(text string) error { _, err := webhook.ParseSecrets(text); return err },
		}
		c.values[endpoint] = v
	}
	return v
}
