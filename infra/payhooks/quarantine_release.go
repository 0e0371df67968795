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

const releaseLong = `Accept a quarantined request as an event, with the same checks as a posted one.

It must be usable as an event by now, for example after an update of payhooks.
What is quarantined for its mode or account needs --override only. Without --yes
you see what would be accepted, and nothing is.`

// overridable reports whether an operator may say that the reason is none.
func overridable(reason string) bool {
	return reason == string(webhook.WrongMode) || reason == string(webhook.UnexpectedAccount)
}

func quarantineReleaseCommand() *cobra.Command {
	var yes, override bool
	var endpoint string
	cmd := &cobra.Command{
		Use: "release ID", Short: "Accept a quarantined request as an event", Long: releaseLong, Args: cobra.ExactArgs(1),
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
				return fmt.Errorf("%s cannot be released: it is still %s; payhooks quarantine discard %s deletes it", q.ID, reason, q.ID)
			case overridable(q.Reason) && !override:
				return fmt.Errorf("%s is quarantined for %s; --override releases it anyway", q.ID, q.Reason)
			case !yes:
				return planned(cmd, q, fmt.Sprintf("%s %s, livemode %t, account %q, would be accepted; add --yes", f.Type, f.ID, f.Livemode, f.Account))
			}
			result, err := c.release(cmd.Context(), q)
			if err != nil {
				return err
			}
			return resolved(cmd, f.ID, result.String())
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "perform the change (without it: dry run)")
	cmd.Flags().BoolVar(&override, "override", false, "accept it although its mode or account is not the endpoint's")
	endpointFlag(cmd, &endpoint)
	return cmd
}

// release stores what is quarantined as an event and then deletes it from the
// quarantine. It is received now: the sweeps look at it as at any new event.
func (c *connection) release(ctx context.Context, q event.Quarantined) (event.Result, error) {
	intake := ingest.Intake{Store: c.Tables, Quarantine: c.Tables.Quarantine(), Retention: q.Expires.Sub(q.Received)}
	at := webhook.Endpoint{Name: q.Endpoint, Expect: webhook.ExpectAny, Connect: true}
	f, result, reason, err := intake.Accept(ctx, ingest.Arrival{Endpoint: at, Received: time.Now()}, q.Body)
	switch {
	case errors.Is(err, event.ErrTooLarge):
		return result, fmt.Errorf("%s is too large to be stored: %w", q.ID, err)
	case err != nil:
		return result, err
	case result == event.ResultConflict:
		return result, fmt.Errorf("another event is stored as %s: this one stays in quarantine", f.ID)
	case result != event.ResultStored && result != event.ResultDuplicate:
		return result, fmt.Errorf("%s was not accepted: %s: %s", q.ID, result, reason)
	}
	if result == event.ResultDuplicate { // stored before, and perhaps not readable then
		if err := (&replay{connection: c}).send(ctx, f.ID); err != nil {
			return result, err
		}
	}
	return result, c.Tables.Quarantine().Discard(ctx, q.Endpoint, q.ID)
}

// planned says what a command would do with what is quarantined.
func planned(cmd *cobra.Command, q event.Quarantined, sentence string) error {
	if wantsJSON(cmd) {
		return printJSON(cmd.OutOrStdout(), map[string]any{"event": q.ID, "reason": q.Reason, "became": string(event.StatusQuarantined)})
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), sentence)
	return err
}

// resolved says what was done with it.
func resolved(cmd *cobra.Command, id, became string) error {
	if wantsJSON(cmd) {
		return printJSON(cmd.OutOrStdout(), map[string]any{"event": id, "became": became})
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s is %s\n", id, became)
	return err
}
