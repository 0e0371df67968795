package main

import (
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/payhooks/payhooks/internal/webhook"
)

// mustEndpoints reads ENDPOINTS. A mistake in it ends the process, saying so:
// no request could be judged.
func mustEndpoints() webhook.Endpoints {
	endpoints, err := webhook.ParseEndpoints(os.Getenv("ENDPOINTS"))
	if err != nil {
		slog.New(lambdacontext.NewLogHandler()).Error("start", "error", "environment variable ENDPOINTS: "+err.Error())
		os.Exit(1)
	}
	return endpoints
}
