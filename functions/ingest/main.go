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
	"github.com/payhooks/payhooks/internal/stack"
)

func main() {
	s := stack.MustOpen()
	secrets := &secret.Cache{Fetch: secret.FromManager(secretsmanager.NewFromConfig(s.AWS), s.Name), Now: stack.Now}
	h := &ingest.Handler{
		Endpoints: stack.MustEndpoints(), Secrets: secrets, Store: s.Tables, Quarantine: s.Tables,
		Retention: s.Retention, Now: stack.Now, Log: slog.New(lambdacontext.NewLogHandler()),
	}
	lambda.Start(h.Handle)
}
