// Command reconcile closes gaps: every minute it sends again what is owed and
// overdue.
package main

import (
	"log/slog"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/payhooks/payhooks/internal/reconcile"
	"github.com/payhooks/payhooks/internal/stack"
)

func main() {
	s := stack.MustOpen()
	o := &reconcile.Owed{
		Store: s.Tables, Ledger: s.Tables, Bus: s.Bus(),
		Now: stack.Now, Log: slog.New(lambdacontext.NewLogHandler()), Retention: s.Retention,
	}
	lambda.Start(o.Sweep)
}
