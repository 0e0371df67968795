package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/internal/event"
)

// discardSummary is the result of `payhooks parked discard`.
type discardSummary struct {
	Selected  int             `json:"selected"`
	Discarded int             `json:"discarded"`
	Skipped   []skipped       `json:"skipped,omitempty"`
	Sample    []unfinishedRow `json:"sample,omitempty"` // of a dry run
}

// discard ends deliveries for good.
type discard struct {
	*connection
	parkedSelection
	by string

	discardSummary
}

const discardLong = `Decide that nothing more happens for parked or unknown deliveries: one, all of
an event, all of an action, or all. A waiting one can be named with EVENT ACTION.

This is final: neither a retry nor a replay runs them again. Who decided and why
stays with the delivery; payhooks events show has it. Without --yes nothing is
changed.`

func parkedDiscardCommand() *cobra.Command {
	x := &discard{}
	var yes bool
	var reason string
	cmd := &cobra.Command{
		Use: "discard [EVENT [ACTION]]", Short: "End parked and unknown deliveries for good", Long: discardLong, Args: cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if err := x.take(args); err != nil {
				return err
			}
			if x.connection, err = connect(cmd); err != nil {
				return err
			}
			x.by = decidedBy(reason)
			return x.run(cmd, yes)
		},
	}
	x.flags(cmd, "every parked and unknown delivery")
	cmd.Flags().BoolVar(&yes, "yes", false, "perform the change (without it: dry run)")
	cmd.Flags().StringVar(&reason, "reason", "", "why, for whoever reads it later")
	stackFlags(cmd)
	return cmd
}

// decidedBy names the operator, as the machine knows them, and the reason.
func decidedBy(reason string) string {
	name := os.Getenv("USER")
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	return cmp.Or(name, "unknown user") + ": " + cmp.Or(reason, "no reason given")
}

func (x *discard) run(cmd *cobra.Command, yes bool) error {
	states := []event.State{event.Parked, event.Unknown}
	if x.id != "" && x.action != "" {
		states = append(states, event.Waiting)
	}
	list, failed := x.find(cmd.Context(), x.connection, states...)
	if failed != nil && len(list) == 0 {
		return failed
	}
	x.Selected = len(list)
	if !yes || len(list) == 0 {
		return errors.Join(x.plan(cmd, list), failed)
	}
	for _, d := range list {
		if err := x.end(cmd.Context(), d.Ref()); err != nil {
			return errors.Join(x.report(cmd), err, failed)
		}
	}
	return errors.Join(x.report(cmd), failed)
}

func (x *discard) end(ctx context.Context, ref event.DeliveryRef) error {
	err := x.Tables.Discard(ctx, ref, time.Now(), x.by)
	switch {
	case errors.Is(err, event.ErrNotFound):
		x.Skipped = append(x.Skipped, skipped{ref.Event, ref.Action, "done, or running just now"})
		return nil
	case err == nil:
		x.Discarded++
	}
	return err
}

func (x *discard) plan(cmd *cobra.Command, list []event.Delivery) error {
	x.Sample = sampleOf(list)
	if wantsJSON(cmd) {
		return printJSON(cmd.OutOrStdout(), &x.discardSummary)
	}
	if err := printUnfinished(cmd, x.Sample, "nothing of that is parked or unknown"); err != nil || len(list) == 0 {
		return err
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "\nwould discard %s; add --yes\n", count(len(list), "delivery", "deliveries"))
	return err
}

func (x *discard) report(cmd *cobra.Command) error {
	out := cmd.OutOrStdout()
	if wantsJSON(cmd) {
		return printJSON(out, &x.discardSummary)
	}
	fmt.Fprintf(out, "%d of %s discarded, %d skipped\n", x.Discarded, count(x.Selected, "delivery", "deliveries"), len(x.Skipped))
	for _, s := range x.Skipped {
		fmt.Fprintf(out, "skipped %s for %s: %s\n", s.Event, s.Action, s.Why)
	}
	return nil
}
