package simtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// stranger is a connected account that answers every listing with an error.
type stranger struct {
	status int
	err    error
}

var answers = []stranger{
	{http.StatusForbidden, event.Permanent(fmt.Errorf("the account revoked access: %w", event.ErrDenied))},
	{http.StatusTooManyRequests, event.RetryAfter(fmt.Errorf("rate limit: %w", event.ErrThrottled), 0)},
	{http.StatusInternalServerError, errors.New("an error on Stripe's side")},
}

// drawStrangers gives half of the schedules up to five.
func drawStrangers(rng *rand.Rand) map[string]stranger {
	all := map[string]stranger{}
	for n := range max(0, rng.IntN(11)-5) {
		all[fmt.Sprint("acct_", n)] = answers[rng.IntN(len(answers))]
	}
	return all
}

// refuses sets the answer of an account that lists nothing.
func (s *stripe) refuses(account string, err *error) bool {
	one, ok := s.strangers[account]
	if ok {
		s.world.met("account answers "+http.StatusText(one.status), account)
		*err = one.err
	}
	return ok
}

// lags: every sweep is complete in the end, whatever some accounts answer. Those that may
// answer one day keep their sweeps behind; one that revoked access does not.
func (c *played) lags() {
	standing, err := reconcile.ReadStanding(c.ctx, c.store, c.now)
	if err != nil || len(standing.Left) > 0 {
		c.fail("the sweeps left %v: %v", standing.Left, err)
	}
	reachable := true
	for _, one := range c.stripe.strangers {
		reachable = reachable && errors.Is(one.err, event.ErrDenied)
	}
	for _, lag := range standing.Lags {
		if lag.Seconds > 0 && (reachable || lag.Sweep != "missing" && lag.Sweep != "books") {
			c.fail("sweep %s is %d seconds behind in the end", lag.Sweep, lag.Seconds)
		}
	}
}
