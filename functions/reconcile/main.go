// Command reconcile closes gaps: every minute it sends again what is owed and
// overdue, fetches from Stripe what never came, and completes the books.
package main

import (
	"log/slog"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/reconcile"
	"github.com/payhooks/payhooks/internal/start"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

func main() {
	s, log := start.MustOpen(), slog.New(lambdacontext.NewLogHandler())
	bus, door := s.Bus(), &ingest.Intake{Store: s.Tables, Quarantine: s.Tables, Retention: s.Retention}
	stripe := stripeapi.Open(s.AWS, s.Name)
	o := &reconcile.Owed{Store: s.Tables, Ledger: s.Tables, Bus: bus, Now: start.Now, Log: log, Retention: s.Retention}
	m := &reconcile.Missed{Lister: stripe, Types: bus, Intake: door, Ledger: s.Tables, Endpoints: start.MustEndpoints(), Now: start.Now, Log: log}
	b := &reconcile.Books{Source: stripe, Ledger: s.Tables, Now: start.Now, Log: log}
	lambda.Start(reconcile.Sweeps{Owed: o, Missed: m, Books: b}.Run)
}
