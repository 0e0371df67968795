// Command flag-fraud puts orders on hold: for early fraud warnings, reviews,
// disputes and inquiries, and for many failures on one card or customer.
package main

import (
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/fraud"
)

func main() {
	rule, err := fraud.RuleFrom(os.Getenv)
	if err != nil {
		slog.New(lambdacontext.NewLogHandler()).Error("start", "error", err.Error())
		os.Exit(1)
	}
	action.Start(flagger{Rule: rule}.flag)
}
