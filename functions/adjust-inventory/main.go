// Command adjust-inventory keeps what checkouts reserve, sell and give back.
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
		stripe := stripeapi.Open(secret.StripeKey(s.AWS, s.Name, start.Now), start.Now)
		return keeper{Stripe: stripe, Restock: os.Getenv("RESTOCK") == "true"}.adjust, nil
	})
}
