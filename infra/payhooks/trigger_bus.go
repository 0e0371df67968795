package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/internal/wire"
)

// viaBus is the value of --via for the partner bus.
const viaBus = "eventbridge"

// checkVia finds flags that are not of the way that --via names.
func (f *triggerFlags) checkVia(cmd *cobra.Command) error {
	switch {
	case f.via == "webhook":
		return nil
	case f.via != viaBus:
		return cli.Usage("--via %q is not one of webhook, %s", f.via, viaBus)
	}
	for _, name := range []string{"url", "secret", "endpoint", "envelope"} {
		if cmd.Flags().Changed(name) {
			return cli.Usage("--%s is of a webhook: --via %s puts events on the partner bus of the running local stack; on a deployed stack's only Stripe does", name, viaBus)
		}
	}
	return nil
}

// partnerBus puts events on the local stack's partner bus, as Stripe does.
type partnerBus struct {
	client *wire.Client
	source string
}

// openBus opens the partner bus of the running local stack.
func openBus(ctx context.Context) (*partnerBus, error) {
	run, err := local.Find(cli.DataDir())
	if err != nil {
		return nil, err
	}
	t, err := cli.OpenLocal(ctx, run)
	if err != nil {
		return nil, err
	}
	source := run.Environment["ingest-eventbridge"]["EVENT_SOURCE"]
	if source == "" {
		return nil, errors.New("the running local stack has no partner bus; set StripeEventSource in infra/local/parameters.yaml and start it again")
	}
	return &partnerBus{wire.New("events", t.AWS, time.Now), source}, nil
}

// partnerEvent is an entry of EventBridge's PutPartnerEvents.
type partnerEvent struct {
	Source, DetailType, Detail string
	Time                       float64 // seconds
}

// send answers 200 when the bus took the event.
func (b *partnerBus) send(ctx context.Context, body []byte) (code int, status string, err error) {
	var e struct{ Type string }
	if err := json.Unmarshal(body, &e); err != nil {
		return 0, "", fmt.Errorf("read the event's type: %w", err)
	}
	in := map[string]any{"Entries": []partnerEvent{{b.source, e.Type, string(body), float64(time.Now().UnixMilli()) / 1000}}}
	var out struct {
		Entries          []struct{ ErrorMessage string }
		FailedEntryCount int
	}
	err = b.client.JSON(ctx, "AWSEvents.PutPartnerEvents", in, &out)
	switch {
	case err != nil:
		return 0, "", err
	case len(out.Entries) != 1:
		return 0, "", fmt.Errorf("the bus answered for %d events, want one", len(out.Entries))
	case out.FailedEntryCount > 0:
		return http.StatusBadRequest, "", errors.New(out.Entries[0].ErrorMessage)
	}
	return http.StatusOK, "on the bus", nil
}
