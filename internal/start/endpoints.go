package start

import (
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/payhooks/payhooks/internal/webhook"
)

// MustEndpoints reads ENDPOINTS for a main. A mistake in it is logged and ends
// the process: no event could be judged.
func MustEndpoints() webhook.Endpoints {
	endpoints, err := webhook.ParseEndpoints(os.Getenv("ENDPOINTS"))
	if err != nil {
		slog.New(lambdacontext.NewLogHandler()).Error("start", "error", "environment variable ENDPOINTS: "+err.Error())
		os.Exit(1)
	}
	return endpoints
}
