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

const resolveLong = `Say what became of an outside effect whose outcome nobody knows.

Look where it would have happened (the mailbox, the other system) before you
say it. --happened records it: the action goes on after it and never repeats
it. --did-not-happen lets the action do it again.`

func parkedResolveCommand() *cobra.Command {
	var happened, not, stale bool
	var result string
	cmd := &cobra.Command{
		Use: "resolve EVENT ACTION", Short: "Say whether an effect of unknown outcome happened, and go on", Long: resolveLong, Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if happened == not {
				return usage("say either --happened or --did-not-happen")
			}
			if result != "" && (not || !json.Valid([]byte(result))) {
				return usage("--result is the JSON that an effect which happened returned")
			}
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			state := event.EffectNotPerformed
			if happened {
				state = event.EffectDone
			}
			key, err := c.resolve(cmd.Context(), args[0], args[1], state, result, stale)
			if err != nil {
				return err
			}
			if wantsJSON(cmd) {
				return printJSON(cmd.OutOrStdout(), map[string]any{"event": args[0], "action": args[1], "effect": key, "state": state, "sent": 1})
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is recorded as %s; %s goes on with %s\n", key, state, args[1], args[0])
			return err
		},
	}
	cmd.Flags().BoolVar(&happened, "happened", false, "it happened: never do it again")
	cmd.Flags().BoolVar(&not, "did-not-happen", false, "it did not happen: do it")
	cmd.Flags().StringVar(&result, "result", "", "what the effect returned, as JSON, if the action needs it")
	cmd.Flags().BoolVar(&stale, "stale", false, "send the mail also if it comes too late by now")
	stackFlags(cmd)
	return cmd
}

// resolve settles the effect that an unknown delivery is in doubt of, and sends
// the delivery to its action again. It may be repeated after a failure.
func (c *connection) resolve(ctx context.Context, id, action string, state event.EffectState, result string, stale bool) (key string, err error) {
	d, err := c.delivery(ctx, id, action)
	if err != nil {
		return "", err
	}
	if d.State != event.Unknown || d.Effect == "" {
		return "", fmt.Errorf("delivery of %s to %s is %s, not unknown; to do: %s", id, action, d.State, advice(d, false))
	}
	e, err := c.Tables.Effect(ctx, d.Effect, action)
	if err != nil {
		return "", err
	}
	if err := c.settleEffect(ctx, e, state, result); err != nil {
		return "", err
	}
	why, err := c.reopen(ctx, id, action, stale)
	if err == nil && why != "" {
		err = fmt.Errorf("%s is recorded as %s, but not sent to %s: %s", e.Key, state, action, why)
	}
	return e.Key, err
}

func (c *connection) settleEffect(ctx context.Context, e event.Effect, state event.EffectState, result string) error {
	now := time.Now()
	switch {
	case e.State == state:
		return nil // a repeat of this command
	case e.State == event.EffectDone:
		return fmt.Errorf("%s is recorded as done, which stays: resolve it with --happened", e.Key)
	case e.State == event.EffectIntended && e.Lease.After(now):
		return fmt.Errorf("%s may be happening at this moment; try again after %s", e.Key, e.Lease.Format(time.TimeOnly))
	}
	e.State, e.Updated, e.Error = state, now, "said by an operator"
	if e.Result = nil; state == event.EffectDone {
		e.Error = ""
		if e.Result = json.RawMessage(result); result == "" {
			e.Result = json.RawMessage("null")
		}
	}
	err := c.Tables.Resolve(ctx, e)
	if errors.Is(err, event.ErrFenced) {
		return fmt.Errorf("%s has changed in this moment; look again with payhooks parked show", e.Key)
	}
	return err
}
