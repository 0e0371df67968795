package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local"
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
	client *eventbridge.Client
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
	return &partnerBus{eventbridge.NewFromConfig(t.AWS), source}, nil
}

// send answers 200 when the bus took the event.
func (b *partnerBus) send(ctx context.Context, body []byte) (code int, status string, err error) {
	var e struct{ Type string }
	if err := json.Unmarshal(body, &e); err != nil {
		return 0, "", fmt.Errorf("read the event's type: %w", err)
	}
	out, err := b.client.PutPartnerEvents(ctx, &eventbridge.PutPartnerEventsInput{Entries: []types.PutPartnerEventsRequestEntry{{
		Source: &b.source, DetailType: &e.Type, Detail: aws.String(string(body)), Time: aws.Time(time.Now()),
	}}})
	switch {
	case err != nil:
		return 0, "", err
	case len(out.Entries) != 1:
		return 0, "", fmt.Errorf("the bus answered for %d events, want one", len(out.Entries))
	case out.FailedEntryCount > 0:
		return http.StatusBadRequest, "", errors.New(aws.ToString(out.Entries[0].ErrorMessage))
	}
	return http.StatusOK, "on the bus", nil
}
