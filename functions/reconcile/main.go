// Command reconcile closes gaps: every minute it sends again what is owed and
// overdue, fetches from Stripe what never came, and completes the books.
package main

import (
	"log/slog"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/reconcile"
	"github.com/payhooks/payhooks/internal/stack"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

func main() {
	s, log := stack.MustOpen(), slog.New(lambdacontext.NewLogHandler())
	bus, door := s.Bus(), &ingest.Door{Store: s.Tables, Quarantine: s.Tables, Retention: s.Retention}
	stripe := stripeapi.Open(s.AWS, s.Name)
	o := &reconcile.Owed{Store: s.Tables, Ledger: s.Tables, Bus: bus, Now: stack.Now, Log: log, Retention: s.Retention}
	m := &reconcile.Missed{Origin: stripe, Types: bus, Door: door, Ledger: s.Tables, Endpoints: stack.MustEndpoints(), Now: stack.Now, Log: log}
	b := &reconcile.Books{Source: stripe, Ledger: s.Tables, Now: stack.Now, Log: log}
	lambda.Start(reconcile.Sweeps{Owed: o, Missed: m, Books: b}.Run)
}
