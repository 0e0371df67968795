package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/webhook"
)

const releaseLong = `Let a quarantined request in as an event, through the door that all events pass.

It must read as an event by now, say after an update of payhooks. What is held
for its mode or account only needs --override: your word that the endpoint
should take it. Without --yes you see what would be let in, and nothing is.`

// overridable reports whether an operator may say that the reason is none.
func overridable(reason string) bool {
	return reason == string(webhook.WrongMode) || reason == string(webhook.UnexpectedAccount)
}

func quarantineReleaseCommand() *cobra.Command {
	var yes, override bool
	var endpoint string
	cmd := &cobra.Command{
		Use: "release ID", Short: "Let a quarantined request in as an event", Long: releaseLong, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			q, err := c.held(cmd.Context(), endpoint, args[0])
			if err != nil {
				return err
			}
			f, reason := webhook.Parse(q.Body)
			switch {
			case reason != "":
				return fmt.Errorf("%s cannot be let in, it still is %s; payhooks quarantine discard %s forgets it", q.ID, reason, q.ID)
			case overridable(q.Reason) && !override:
				return fmt.Errorf("%s is held for %s; --override lets it in all the same", q.ID, q.Reason)
			case !yes:
				return planned(cmd, q, fmt.Sprintf("%s %s, livemode %t, account %q, would be let in; --yes does it", f.Type, f.ID, f.Livemode, f.Account))
			}
			became, err := c.release(cmd.Context(), q)
			if err != nil {
				return err
			}
			return resolved(cmd, f.ID, became)
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "really let it in")
	cmd.Flags().BoolVar(&override, "override", false, "let it in although its mode or account is not the endpoint's")
	endpointFlag(cmd, &endpoint)
	return cmd
}

// release stores what is held as an event and then forgets that it was held.
// It is received now: what looks after new events looks after this one.
func (c *connection) release(ctx context.Context, q event.Quarantined) (became string, err error) {
	door := ingest.Intake{Store: c.Tables, Quarantine: c.Tables, Retention: q.Expires.Sub(q.Received)}
	at := webhook.Endpoint{Name: q.Endpoint, Mode: webhook.ModeAny, Connect: true}
	f, became, err := door.Accept(ctx, ingest.Arrival{Endpoint: at, Received: time.Now()}, q.Body)
	switch {
	case errors.Is(err, event.ErrTooLarge):
		return "", fmt.Errorf("%s is too large to be stored: %w", q.ID, err)
	case err != nil:
		return "", err
	case became == "conflict":
		return "", fmt.Errorf("another event is stored as %s: this one stays in quarantine", f.ID)
	case became == "duplicate": // it was stored, and perhaps could not be read then
		err = c.Tables.Republish(ctx, f.ID, "")
	case became != "stored":
		return "", fmt.Errorf("%s was not let in: %s", q.ID, became)
	}
	if err != nil {
		return "", err
	}
	return became, c.Tables.Discard(ctx, q.Endpoint, q.ID)
}

// planned says what a command would do with what is held.
func planned(cmd *cobra.Command, q event.Quarantined, sentence string) error {
	if wantsJSON(cmd) {
		return printJSON(cmd.OutOrStdout(), map[string]any{"event": q.ID, "reason": q.Reason, "became": string(event.StatusQuarantined)})
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), sentence)
	return err
}

// resolved says what became of it.
func resolved(cmd *cobra.Command, id, became string) error {
	if wantsJSON(cmd) {
		return printJSON(cmd.OutOrStdout(), map[string]any{"event": id, "became": became})
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s is %s\n", id, became)
	return err
}
