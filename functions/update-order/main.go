// Command update-order keeps one row per order: what was paid, refunded and
// disputed, from checkouts, payment intents, charges, refunds and disputes.
package main

import (
	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/secret"
	"github.com/payhooks/payhooks/internal/shop/lookup"
	"github.com/payhooks/payhooks/internal/shop/order"
	"github.com/payhooks/payhooks/internal/start"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

func main() {
	action.StartWith(func(s *start.Stack) (action.Function[facts.Event], error) {
		stripe := lookup.Stripe{Client: stripeapi.Open(secret.StripeKey(s.AWS, s.Name, start.Now), start.Now)}
		return order.Updater{Stripe: stripe}.Update, nil
	})
}
