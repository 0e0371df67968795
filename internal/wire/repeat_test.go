package wire_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// requests counts those of one connection.
type requests struct{}

// TestAClosedConnectionIsNoFailedTry: while an environment slept the service forgot what was
// open, and ends it with the first bytes that come. That costs neither a try nor a pause.
func TestAClosedConnectionIsNoFailedTry(t *testing.T) {
	var opened atomic.Int32
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n := r.Context().Value(requests{}).(*atomic.Int32).Add(1); n > 1 { //nolint:forcetypeassert // ConnContext sets it
			panic(http.ErrAbortHandler)
		}
		_, _ = io.WriteString(w, `{"SecretString":"whsec_a"}`)
	}))
	srv.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
		opened.Add(1)
		return context.WithValue(ctx, requests{}, new(atomic.Int32))
	}
	srv.Start()
	defer srv.Close()
	c := open(srv.URL)
	c.Retryer = aws.NopRetryer{}
	tried := 0
	c.Tried = func(_ context.Context, _, _ any, err error) {
		if tried++; err != nil {
			t.Errorf("a failed try: %v", err)
		}
	}
	for range 3 {
		if value, err := ask(t, c); err != nil || value != "whsec_a" {
			t.Fatalf("%q, %v", value, err)
		}
	}
	if tried != 3 || opened.Load() != 3 {
		t.Errorf("%d tries on %d connections", tried, opened.Load())
	}
}

// TestAllClosedConnectionsAreNoFailedTry: after a burst there are several.
func TestAllClosedConnectionsAreNoFailedTry(t *testing.T) {
	const burst = 4
	var all sync.WaitGroup
	all.Add(burst)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n := r.Context().Value(requests{}).(*atomic.Int32).Add(1); n > 1 { //nolint:forcetypeassert // ConnContext sets it
			panic(http.ErrAbortHandler)
		}
		if r.Method == http.MethodGet {
			all.Done()
			all.Wait()
		}
		_, _ = io.WriteString(w, `{"SecretString":"whsec_a"}`)
	}))
	srv.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
		return context.WithValue(ctx, requests{}, new(atomic.Int32))
	}
	srv.Start()
	defer srv.Close()
	c := open(srv.URL)
	c.Retryer = aws.NopRetryer{}
	var warm sync.WaitGroup
	for range burst {
		warm.Go(func() {
			if err := c.Warm(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	warm.Wait()
	if value, err := ask(t, c); err != nil || value != "whsec_a" {
		t.Errorf("%q, %v", value, err)
	}
}

func TestAnswerWithAnotherChecksumIsAskedForAgain(t *testing.T) {
	n := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if n++; n == 1 {
			w.Header().Set("X-Amz-Crc32", "1")
		}
		_, _ = io.WriteString(w, `{"SecretString":"whsec_a"}`)
	}))
	defer srv.Close()
	if value, err := ask(t, open(srv.URL)); err != nil || value != "whsec_a" || n != 2 {
		t.Errorf("%q, %v after %d requests", value, err, n)
	}
}

// TestCallsThatSucceedFillTheBudgetOfRepeats: an environment that met many failures repeats
// again when the service is well.
func TestCallsThatSucceedFillTheBudgetOfRepeats(t *testing.T) {
	fails, served := false, 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if served++; fails {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		_, _ = io.WriteString(w, `{"SecretString":"whsec_a"}`)
	}))
	defer srv.Close()
	c := open(srv.URL)
	c.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
		o.RateLimiter, o.RetryCost, o.NoRetryIncrement = ratelimit.NewTokenRateLimit(10), 5, 1
		o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
	})
	calls := func(n int) int {
		before := served
		for range n {
			_, _ = ask(t, c)
		}
		return served - before
	}
	fails = true
	if n := calls(4); n != 6 { // two repeats are all that the budget has
		t.Errorf("%d requests for 4 calls that fail", n)
	}
	fails = false
	calls(10)
	fails = true
	if n := calls(4); n != 6 {
		t.Errorf("%d requests for 4 calls that fail, after 10 that succeeded", n)
	}
}
