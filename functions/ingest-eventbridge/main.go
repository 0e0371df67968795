// Command ingest-eventbridge stores the events of Stripe's EventBridge destination,
// which come from the partner bus over a queue.
package main

import (
	"os"

	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/start"
)

func main() {
	start.Function(func(s *start.Stack) (any, error) {
		endpoints, err := s.Endpoints()
		if err != nil {
			return nil, err
		}
		row, err := ingest.EventBridgeRow(endpoints, os.Getenv("EVENT_SOURCE"))
		intake := &ingest.Intake{Store: s.Tables, Quarantine: s.Tables.Quarantine(), Retention: s.Retention, Own: os.Getenv("OWN_ACCOUNT")}
		h := &ingest.EventBridge{Endpoint: row, Unusable: err, Source: os.Getenv("EVENT_SOURCE"), Intake: intake, Now: start.Now, Log: s.Log}
		return h.Handle, nil
	})
}
