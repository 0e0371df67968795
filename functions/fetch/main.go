// Command fetch fetches what a thin event refers to before it is fanned out. It alone
// has Stripe's API key for that.
package main

import (
	"os"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/bus"
	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/dispatch"
	"github.com/payhooks/payhooks/internal/fetch"
	"github.com/payhooks/payhooks/internal/secret"
	"github.com/payhooks/payhooks/internal/start"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

func main() {
	action.Serve(func(s *start.Stack) (*delivery.Handler, error) {
		f, err := fetch.New(stripeapi.Open(start.Early(s, secret.StripeKey(s.AWS, s.Name, start.Now)), start.Now))
		f.Store, f.Bus, f.Now = s.Tables, start.Early(s, bus.Open(s.AWS, os.Getenv("BUS"), start.Now)), start.Now
		f.Publish = (&dispatch.Dispatcher{Store: s.Tables, Bus: f.Bus, Now: start.Now, Log: s.Log}).Fetched
		return &delivery.Handler{Run: f.Run, OnDemand: f.OnDemand}, err
	})
}
