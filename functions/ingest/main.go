// Command ingest answers POST /webhooks/{endpoint}: it verifies what Stripe
// sends and stores it once.
package main

import (
	"log/slog"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/secret"
	"github.com/payhooks/payhooks/internal/start"
)

func main() {
	s := start.MustOpen()
	secrets := &secret.Cache{Fetch: secret.FromManager(secretsmanager.NewFromConfig(s.AWS), s.Name), Now: start.Now}
	h := &ingest.Handler{
		Endpoints: start.MustEndpoints(), Secrets: secrets, Store: s.Tables, Quarantine: s.Tables,
		Retention: s.Retention, Now: start.Now, Log: slog.New(lambdacontext.NewLogHandler()),
	}
	lambda.Start(h.Handle)
}
