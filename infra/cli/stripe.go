package cli

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/payhooks/payhooks/internal/secret"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

// Stripe reads Stripe's API with the stack's key, and with that of the local stack where
// its functions do.
func (t *Target) Stripe() *stripeapi.Client {
	c := stripeapi.Open(secret.StripeKey(t.AWS, t.Stack, time.Now), time.Now)
	if t.FakeStripe != "" {
		c.Base = t.FakeStripe
	}
	return c
}

// Retention is how long the stack keeps events.
func (t *Target) Retention(ctx context.Context) (time.Duration, error) {
	getenv, err := t.Environment(ctx, "ingest")
	if err != nil {
		return 0, err
	}
	days, err := strconv.Atoi(getenv("RETENTION_DAYS"))
	if err != nil || days < 1 {
		return 0, fmt.Errorf("function ingest has RETENTION_DAYS %q: expected a number of days", getenv("RETENTION_DAYS"))
	}
	return time.Duration(days) * 24 * time.Hour, nil
}
