// Package secret holds the signing secrets of webhook endpoints: read from
// Secrets Manager, kept for a short while, so that a roll needs no deploy and a
// removed secret stops working.
package secret

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

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

// Fetch returns the text of an endpoint's secrets as it is stored. It returns
// an error that is ErrMissing if there certainly is none.
type Fetch func(ctx context.Context, endpoint string) (string, error)

// ErrMissing: the source answered, and there is no secret.
var ErrMissing = errors.New("secret does not exist or has no value")

// Cache keeps the secrets of each endpoint for MaxAge. It is safe for
// concurrent use: one call at a time asks the source, for each endpoint, and
// the others wait for its answer or for their context.
type Cache struct {
	Fetch Fetch
	Now   func() time.Time

	mu      sync.Mutex
	entries map[string]*entry
}

// entry is what is known of one endpoint. Whoever holds turn may change it.
type entry struct {
	turn    chan struct{}
	secrets []string
	fetched time.Time // when the fetch that brought secrets began
	tried   time.Time // when the last fetch began
	err     error     // of the last fetch
}

// Secrets returns the endpoint's signing secrets, never empty and never older
// than MaxAge. If the source fails for longer than that, so does Secrets.
// webhook.ErrNoSecret and webhook.ErrBadSecret mean that there is nothing to
// verify against; any other error means that the source cannot be reached.
func (c *Cache) Secrets(ctx context.Context, endpoint string) ([]string, error) {
	return c.get(ctx, endpoint, MaxAge, RetryEvery)
}

// Refresh is for a signature that matched nothing: it returns secrets that are
// at most RefreshEvery old, so a flood of bad signatures costs one call in
// that time. known are the secrets that did not match; changed reports whether
// the returned ones differ.
func (c *Cache) Refresh(ctx context.Context, endpoint string, known []string) (secrets []string, changed bool, err error) {
	secrets, err = c.get(ctx, endpoint, RefreshEvery, RefreshEvery)
	return secrets, err == nil && !slices.Equal(secrets, known), err
}

// get returns secrets that are younger than fresh. It asks the source for
// them, but not if it was asked less than pause ago; then older ones do, up to
// MaxAge.
func (c *Cache) get(ctx context.Context, endpoint string, fresh, pause time.Duration) ([]string, error) {
	e := c.entry(endpoint)
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for signing secrets: %w", ctx.Err())
	}
	now := c.Now()
	if !e.usable(now, fresh) && (e.tried.IsZero() || now.Sub(e.tried) >= pause || now.Before(e.tried)) {
		c.fetch(ctx, endpoint, e, now)
	}
	if e.usable(c.Now(), MaxAge) {
		return e.secrets, nil
	}
	if e.err == nil {
		return nil, fmt.Errorf("signing secrets are older than %v", MaxAge)
	}
	return nil, e.err
}

// usable reports whether the secrets are younger than age. A clock that went
// back makes them unusable, not young.
func (e *entry) usable(now time.Time, age time.Duration) bool {
	return len(e.secrets) > 0 && !now.Before(e.fetched) && now.Sub(e.fetched) < age
}

// fetch asks the source. What it certainly answers replaces the secrets, even
// by nothing; a failure to answer leaves them to their age. A fetch that our
// own caller gave up is not held against the source.
func (c *Cache) fetch(ctx context.Context, endpoint string, e *entry, now time.Time) {
	text, err := c.Fetch(ctx, endpoint)
	if ctx.Err() != nil && err != nil {
		e.err = fmt.Errorf("fetch signing secrets: %w", err)
		return
	}
	e.tried = now
	switch {
	case errors.Is(err, ErrMissing):
		e.secrets, e.err = nil, fmt.Errorf("endpoint %s: %w: %w", endpoint, webhook.ErrNoSecret, err)
	case err != nil:
		e.err = fmt.Errorf("fetch signing secrets: %w", err)
	default:
		e.secrets, e.err = webhook.ParseSecrets(text)
		if e.err != nil {
			e.err = fmt.Errorf("endpoint %s: %w", endpoint, e.err)
		}
		e.fetched = now
	}
}

func (c *Cache) entry(endpoint string) *entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entries[endpoint]
	if e == nil {
		if c.entries == nil {
			c.entries = map[string]*entry{}
		}
		e = &entry{turn: make(chan struct{}, 1)}
		c.entries[endpoint] = e
	}
	return e
}
