// Command dispatch takes new events from the table's stream to the bus.
package main

import (
	"log/slog"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/payhooks/payhooks/internal/dispatch"
	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/start"
)

func main() {
	s := start.MustOpen()
	d := &dispatch.Dispatcher{
		Store: s.Tables, Quarantine: s.Tables, Bus: s.Bus(), Decode: dynamo.Facts,
		Now: start.Now, Log: slog.New(lambdacontext.NewLogHandler()), Retention: s.Retention,
	}
	lambda.Start(d.Handle)
}
