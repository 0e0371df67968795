// Command ingest answers POST /webhooks/{endpoint}: it verifies what Stripe
// sends and stores it once.
package main

import (
	"os"

	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/secret"
	"github.com/payhooks/payhooks/internal/start"
)

func main() {
	start.Function(func(s *start.Stack) (any, error) {
		endpoints, err := s.Endpoints()
		intake := &ingest.Intake{Store: s.Tables, Quarantine: s.Tables.Quarantine(), Retention: s.Retention, Own: os.Getenv("OWN_ACCOUNT")}
		secrets := &secret.Cache{Fetch: secret.FromManager(secret.Manager(s.AWS, start.Now), s.Name), Now: start.Now}
		h := &ingest.Handler{Endpoints: endpoints, Secrets: secrets, Intake: intake, Addresses: s.Addresses(), Now: start.Now, Log: s.Log}
		s.Warm = append(s.Warm, h.Warm, s.Tables.PrepareBodies)
		return h, err
	})
}
