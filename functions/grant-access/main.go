// Command grant-access keeps what each customer may use: products from their
// subscriptions, features from their entitlements.
package main

import (
	"os"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/secret"
	"github.com/payhooks/payhooks/internal/start"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

func main() {
	action.StartWith(func(s *start.Stack) (action.Function[facts.Event], error) {
		days, err := graceDays(os.Getenv("GRACE_DAYS"))
		stripe := stripeapi.Open(secret.StripeKey(s.AWS, s.Name, start.Now), start.Now)
		return granter{GraceDays: days, Stripe: api{For: stripe.For}}.grant, err
	})
}
