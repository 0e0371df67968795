// Command grant-access keeps what each customer may use: products from their
// subscriptions, features from their entitlements.
package main

import (
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/start"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

func main() {
	days, err := graceDays(os.Getenv("GRACE_DAYS"))
	if err != nil {
		slog.New(lambdacontext.NewLogHandler()).Error("start", "error", err.Error())
		os.Exit(1)
	}
	s := start.MustOpen()
	action.Start(granter{GraceDays: days, Stripe: api{For: stripeapi.Open(s.AWS, s.Name).For}}.grant)
}
