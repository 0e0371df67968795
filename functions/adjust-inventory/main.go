// Command adjust-inventory keeps what checkouts reserve, sell and give back.
package main

import (
	"os"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/secret"
	"github.com/payhooks/payhooks/internal/shop/inventory"
	"github.com/payhooks/payhooks/internal/shop/lookup"
	"github.com/payhooks/payhooks/internal/start"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

func main() {
	action.StartWith(func(s *start.Stack) (action.Function[facts.Event], error) {
		_, err := inventory.SettingsFrom(os.Getenv) // those who read the rows need it
		stripe := lookup.Stripe{Client: stripeapi.Open(start.Early(s, secret.StripeKey(s.AWS, s.Name, start.Now)), start.Now)}
		return inventory.Keeper{Stripe: stripe}.Adjust, err
	})
}
