package secret_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/secret"
	"github.com/payhooks/payhooks/internal/webhook"
)

// source is Secrets Manager: a value or an error for each endpoint.
type source struct {
	value map[string]string
	err   error
	calls int
}

func (s *source) fetch(_ context.Context, endpoint string) (string, error) {
	s.calls++
	return s.value[endpoint], s.err
}

func setup() (*secret.Cache, *source, *time.Time) {
	now := time.Unix(1763856000, 0)
	s := &source{value: map[string]string{"default": "whsec_a"}}
	return &secret.Cache{Fetch: s.fetch, Now: func() time.Time { return now }}, s, &now
}

func expect(t *testing.T, c *secret.Cache, endpoint string, want ...string) {
	t.Helper()
	got, err := c.Secrets(t.Context(), endpoint)
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("secrets of %s: %q, %v; want %q", endpoint, got, err, want)
	}
}

func TestSecretsAreFetchedOncePerFiveMinutes(t *testing.T) {
	c, s, now := setup()
	expect(t, c, "default", "whsec_a")
	*now = now.Add(secret.MaxAge - time.Nanosecond)
	expect(t, c, "default", "whsec_a")
	if s.calls != 1 {
		t.Errorf("%d calls", s.calls)
	}
	s.value["default"] = "whsec_b"
	*now = now.Add(time.Nanosecond)
	expect(t, c, "default", "whsec_b")
}

func TestEachEndpointHasItsOwnSecrets(t *testing.T) {
	c, s, _ := setup()
	s.value["connect"] = "whsec_c, whsec_d\n"
	expect(t, c, "default", "whsec_a")
	expect(t, c, "connect", "whsec_c", "whsec_d")
}

func TestAStaleSecretIsNotUsedWhenTheRefreshFails(t *testing.T) {
	c, s, now := setup()
	expect(t, c, "default", "whsec_a")
	s.err = errors.New("throttled")
	*now = now.Add(secret.MaxAge - time.Second)
	expect(t, c, "default", "whsec_a")
	*now = now.Add(time.Second)
	if got, err := c.Secrets(t.Context(), "default"); err == nil || errors.Is(err, webhook.ErrNoSecret) {
		t.Fatalf("after %v: %q, %v", secret.MaxAge, got, err)
	}
	s.err = nil
	*now = now.Add(secret.RetryEvery)
	expect(t, c, "default", "whsec_a")
}

func TestAFailingSourceIsNotHammered(t *testing.T) {
	c, s, now := setup()
	s.err = errors.New("throttled")
	for range 100 {
		if _, err := c.Secrets(t.Context(), "default"); err == nil {
			t.Fatal("no error")
		}
		*now = now.Add(secret.RetryEvery / 100)
	}
	if s.calls != 1 {
		t.Errorf("%d calls in %v", s.calls, secret.RetryEvery)
	}
}

func TestARolledSecretIsPickedUpOnAMiss(t *testing.T) {
	c, s, now := setup()
	expect(t, c, "default", "whsec_a")
	s.value["default"] = "whsec_b"
	*now = now.Add(secret.RefreshEvery)
	got, changed, err := c.Refresh(t.Context(), "default", []string{"whsec_a"})
	if err != nil || !changed || !slices.Equal(got, []string{"whsec_b"}) {
		t.Fatalf("%q, %v, %v", got, changed, err)
	}
	expect(t, c, "default", "whsec_b")
}

func TestMissesAskOncePerTenSeconds(t *testing.T) {
	c, s, now := setup()
	expect(t, c, "default", "whsec_a")
	for range 1000 {
		got, changed, err := c.Refresh(t.Context(), "default", []string{"whsec_a"})
		if err != nil || changed || len(got) != 1 {
			t.Fatalf("%q, %v, %v", got, changed, err)
		}
		*now = now.Add(secret.RefreshEvery / 100)
	}
	if s.calls != 10 { // at 0 and then at 10 s, 20 s, … 90 s
		t.Errorf("%d calls in 100 s", s.calls)
	}
}

func TestAMissWhileTheSourceFailsKeepsYoungSecrets(t *testing.T) {
	c, s, now := setup()
	expect(t, c, "default", "whsec_a")
	s.err = errors.New("throttled")
	*now = now.Add(secret.RefreshEvery)
	if got, changed, err := c.Refresh(t.Context(), "default", []string{"whsec_a"}); err != nil || changed || len(got) != 1 {
		t.Errorf("%q, %v, %v", got, changed, err)
	}
}

func TestNoUsableSecretFailsClosed(t *testing.T) {
	for name, c := range map[string]struct {
		value string
		err   error
		want  error
	}{
		"missing": {"", fmt.Errorf("x: %w", event.ErrNotConfigured), webhook.ErrNoSecret},
		"empty":   {"", nil, webhook.ErrNoSecret},
		"blank":   {" \n", nil, webhook.ErrNoSecret},
		"wrong":   {"sk_live_1", nil, webhook.ErrBadSecret},
	} {
		t.Run(name, func(t *testing.T) {
			cache, s, now := setup()
			expect(t, cache, "default", "whsec_a")
			s.value["default"], s.err = c.value, c.err
			*now = now.Add(secret.RefreshEvery)
			if got, _, err := cache.Refresh(t.Context(), "default", nil); !errors.Is(err, c.want) {
				t.Fatalf("%q, %v; want %v", got, err, c.want)
			}
			if got, err := cache.Secrets(t.Context(), "default"); !errors.Is(err, c.want) {
				t.Errorf("the removed secret is still used: %q, %v", got, err)
			}
		})
	}
}

func TestAClockThatGoesBackDoesNotLengthenASecretsLife(t *testing.T) {
	c, s, now := setup()
	expect(t, c, "default", "whsec_a")
	s.value["default"] = "whsec_b"
	*now = now.Add(-time.Hour)
	expect(t, c, "default", "whsec_b")
}

func TestConcurrentCallersShareOneFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		c := &secret.Cache{Now: time.Now, Fetch: func(ctx context.Context, _ string) (string, error) {
			calls.Add(1)
			time.Sleep(time.Second)
			return "whsec_a", ctx.Err()
		}}
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() { expect(t, c, "default", "whsec_a") })
		}
		all.Wait()
		if n := calls.Load(); n != 1 {
			t.Errorf("%d fetches", n)
		}
	})
}

func TestACallerWhoGivesUpHarmsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &secret.Cache{Now: time.Now, Fetch: func(ctx context.Context, _ string) (string, error) {
			select {
			case <-time.After(time.Second):
				return "whsec_a", nil
			case <-ctx.Done():
				return "", ctx.Err()
			}
		}}
		hasty, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := c.Secrets(hasty, "default"); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("hasty caller: %v", err)
			}
		})
		time.Sleep(time.Millisecond)
		all.Go(func() { expect(t, c, "default", "whsec_a") })
		all.Wait()
	})
}
