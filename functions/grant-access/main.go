// Command grant-access keeps what each customer may use: products from their
// subscriptions, features from their entitlements.
package main

import (
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/payhooks/payhooks/internal/action"
)

func main() {
	days, err := graceDays(os.Getenv("GRACE_DAYS"))
	if err != nil {
		slog.New(lambdacontext.NewLogHandler()).Error("start", "error", err.Error())
		os.Exit(1)
	}
	action.Start(granter{GraceDays: days, Stripe: api{For: keyless}}.grant)
}
