package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/internal/event"
)

const resolveLong = `Record what became of an external effect whose outcome is unknown.

First look where it would have happened (the mailbox, the other system).
--happened records it: the action continues after it and never repeats it.
--did-not-happen lets the action do it again.`

func parkedResolveCommand() *cobra.Command {
	var happened, not, stale bool
	var result string
	cmd := &cobra.Command{
		Use: "resolve EVENT ACTION", Short: "Record whether an effect happened, then retry the delivery", Long: resolveLong, Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if happened == not {
				return usage("use exactly one of --happened and --did-not-happen")
			}
			if result != "" && (not || !json.Valid([]byte(result))) {
				return usage("--result must be JSON and needs --happened")
			}
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			state := event.EffectNotPerformed
			if happened {
				state = event.EffectDone
			}
			key, err := c.resolve(cmd.Context(), event.DeliveryRef{Action: args[1], Event: args[0]}, state, result, stale)
			if err != nil {
				return err
			}
			if wantsJSON(cmd) {
				return printJSON(cmd.OutOrStdout(), map[string]any{"event": args[0], "action": args[1], "effect": key, "state": state, "sent": 1})
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is recorded as %s; %s continues with %s\n", key, state, args[1], args[0])
			return err
		},
	}
	cmd.Flags().BoolVar(&happened, "happened", false, "it happened: never do it again")
	cmd.Flags().BoolVar(&not, "did-not-happen", false, "it did not happen: do it")
	cmd.Flags().StringVar(&result, "result", "", "what the effect returned, as JSON, if the action needs it")
	cmd.Flags().BoolVar(&stale, "stale", false, "send the mail also if it is too old")
	stackFlags(cmd)
	return cmd
}

// resolve records the effect whose outcome an unknown delivery waits for, and
// sends the delivery to its action again. It may be repeated after a failure.
func (c *connection) resolve(ctx context.Context, ref event.DeliveryRef, state event.EffectState, result string, stale bool) (key string, err error) {
	d, err := c.delivery(ctx, ref)
	if err != nil {
		return "", err
	}
	if d.State != event.Unknown || d.Effect == "" {
		return "", fmt.Errorf("delivery of %s to %s is %s, not unknown; next step: %s", ref.Event, ref.Action, d.State, advice(d, false))
	}
	e, err := c.unknownEffect(ctx, d)
	if errors.Is(err, event.ErrNotFound) {
		return "", fmt.Errorf("delivery of %s to %s cannot be resolved: %s", ref.Event, ref.Action, advice(d, true))
	}
	if err != nil {
		return "", err
	}
	if err := c.resolveEffect(ctx, e, state, result); err != nil {
		return "", err
	}
	why, err := c.reopen(ctx, ref, stale)
	if err == nil && why != "" {
		err = fmt.Errorf("%s is recorded as %s, but not sent to %s: %s", e.Key, state, ref.Action, why)
	}
	return e.Key, err
}

// unknownEffect returns the effect that the delivery waits for. It is of the
// event's scope; ErrNotFound if the event was deleted.
func (c *connection) unknownEffect(ctx context.Context, d event.Delivery) (event.Effect, error) {
	s, err := c.Tables.Get(ctx, d.Event)
	if err != nil {
		return event.Effect{}, err
	}
	return c.Tables.Effect(ctx, event.EffectRef{Action: d.Action, Scope: s.Scope, Key: d.Effect})
}

func (c *connection) resolveEffect(ctx context.Context, e event.Effect, state event.EffectState, result string) error {
	now := time.Now()
	switch {
	case e.State == state:
		return nil // a repeat of this command
	case e.State == event.EffectDone:
		return fmt.Errorf("%s is already recorded as done; only --happened is possible", e.Key)
	case e.State == event.EffectIntended && e.Lease.After(now):
		return fmt.Errorf("%s may still be running; try again after %s", e.Key, e.Lease.Format(time.TimeOnly))
	}
	e.State, e.Updated, e.Error = state, now, "recorded by an operator"
	if e.Result = nil; state == event.EffectDone {
		e.Error = ""
		if e.Result = json.RawMessage(result); result == "" {
			e.Result = json.RawMessage("null")
		}
	}
	err := c.Tables.Resolve(ctx, e)
	if errors.Is(err, event.ErrFenced) {
		return fmt.Errorf("%s changed just now; run payhooks parked show again", e.Key)
	}
	return err
}
