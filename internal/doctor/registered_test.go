package doctor

import (
	"fmt"
	"testing"

	"github.com/payhooks/payhooks/internal/event"
)

func TestEndpointsAreComparedWithStripeWhereThereIsAKey(t *testing.T) {
	has := func(r Registration) func(*cloud) { return func(c *cloud) { c.registered = []Registration{r} } }
	fails := func(err error) func(*cloud) {
		return func(c *cloud) { c.registered, c.errs["Registrations"] = nil, fmt.Errorf("list: %w", err) }
	}
	expectFindings(t, []broken{
		{"as it is", func(*cloud) {}, "stripe default", OK, "we_1 at Stripe sends", ""},
		{"other types", has(Registration{"default", "we_1", []string{"types; not sent: charge.failed"}, []string{"payhooks connect --yes"}}), "stripe default", Failed, "not sent: charge.failed", "payhooks connect --yes"},
		{"none", has(Registration{"default", "", []string{"endpoint: none at Stripe has the URL"}, []string{"payhooks connect --yes"}}), "stripe default", Warning, "none at Stripe", "payhooks connect"},
		{"no key", fails(event.ErrNotConfigured), "stripe", OK, "there is no Stripe API key", ""},
		{"a key that may not", fails(event.ErrDenied), "stripe", Unknown, "may not read webhook endpoints", "STRIPE_API_KEY=rk_… payhooks doctor"},
		{"Stripe is down", fails(errDown), "stripe", Unknown, "connection refused", "run payhooks doctor again"},
	})
}
