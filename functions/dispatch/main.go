// Command dispatch publishes new events from the table's stream on the bus.
package main

import (
	"os"

	"github.com/payhooks/payhooks/internal/bus"
	"github.com/payhooks/payhooks/internal/dispatch"
	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/start"
)

func main() {
	start.Batches(func(s *start.Stack) (any, error) {
		onto := start.Early(s, bus.Open(s.AWS, os.Getenv("BUS"), start.Now))
		d := &dispatch.Dispatcher{
			Store: s.Tables, Quarantine: s.Tables.Quarantine(), Bus: onto, Decode: dynamo.FromImage,
			Now: start.Now, Log: s.Log, Retention: s.Retention,
		}
		return d, nil
	})
}
