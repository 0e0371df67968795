package stripeapi_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
)

func TestAListingIsPatientWithStripesLimitButNotForLong(t *testing.T) {
	for name, tc := range map[string]struct {
		limited int    // so many answers first
		after   string // what Stripe asks for
		time    time.Duration
		asked   int64
		listed  bool
	}{
		"once":                  {1, "", time.Minute, 2, true},
		"again and again":       {9, "", time.Minute, 3, false},
		"for too long":          {1, "60", time.Minute, 1, false},
		"no time left to do so": {1, "1", 5 * time.Second, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int64
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if asked.Add(1) > int64(tc.limited) {
					(&fakestripe.API{}).ServeHTTP(w, r)
					return
				}
				if tc.after != "" {
					w.Header().Set("Retry-After", tc.after)
				}
				fakestripe.Fail(w, http.StatusTooManyRequests, "invalid_request_error", "rate_limit", "slow down")
			}))
			t.Cleanup(srv.Close)
			ctx, stop := context.WithTimeout(t.Context(), tc.time)
			defer stop()
			now := time.Now()
			_, _, err := at(srv.URL, "rk_test_1").Events(ctx, event.Listing{From: now.Add(-time.Hour), To: now})
			if (err == nil) != tc.listed || asked.Load() != tc.asked {
				t.Fatalf("asked %d times, %v; want %d", asked.Load(), err, tc.asked)
			}
		})
	}
}
