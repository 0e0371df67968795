package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/operator"
)

const discardLong = `Decide that nothing more happens for parked or unknown deliveries: one, all of
an event, all of an action, those that failed alike, or all. A waiting one can be
named with EVENT ACTION. --failed selects as --reason does elsewhere; --reason is yours.

This is final: neither a retry nor a replay runs them again. Who decided and why
stays with the delivery: payhooks parked --discarded lists it, and payhooks events
show has it. Without --yes nothing is changed.`

func parkedDiscardCommand() *cobra.Command {
	var f deliveryFlags
	var yes bool
	var reason string
	cmd := &cobra.Command{
		Use: "discard [EVENT [ACTION]]", Short: "End parked and unknown deliveries for good", Long: discardLong, Args: cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			which, err := f.selection(args)
			if err != nil {
				return err
			}
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			plan, err := o.PlanDiscard(cmd.Context(), operator.Discard{Deliveries: which, By: cli.DecidedBy(reason)})
			if err != nil {
				return err
			}
			if plan.Narrower(reason) {
				return cli.Usage("--reason %q is why you discard and selects nothing, but only some of these failed so; to discard only them, use --failed with that text", reason)
			}
			r := plan.DryRun()
			if yes && len(plan.Selected) > 0 {
				r, err = plan.Run(cmd.Context(), operator.Pace{})
			}
			return errors.Join(printDiscard(cmd, r, yes), err, plan.Unreadable)
		},
	}
	f.add(cmd, "every parked and unknown delivery")
	f.addReason(cmd, "failed")
	cli.YesFlag(cmd, &yes)
	cmd.Flags().StringVar(&reason, "reason", "", "why you discard them; kept with the delivery, selects nothing")
	cli.StackFlag(cmd)
	return cmd
}

func printDiscard(cmd *cobra.Command, r operator.DiscardResult, yes bool) error {
	out := cmd.OutOrStdout()
	switch {
	case cli.WantsJSON(cmd):
		return cli.PrintJSON(out, r)
	case yes && r.Selected > 0:
		fmt.Fprintf(out, "%d of %s discarded, %d skipped\n", r.Discarded, deliveries(r.Selected), len(r.Skipped))
		printSkipped(cmd, r.Skipped)
		return nil
	}
	err := printItems(cmd, r.Sample, "nothing of that is parked or unknown")
	if err == nil && r.Selected > 0 {
		_, err = fmt.Fprintf(out, "\nwould discard %s; add --yes\n", deliveries(r.Selected))
	}
	return err
}

// printDiscarded has who decided, and the reason for which the delivery was parked.
func printDiscarded(cmd *cobra.Command, list []operator.Item, none string) error {
	out := cli.NewRows(cmd, "EVENT", "ACTION", "DISCARDED", "BY", "ATTEMPTS", "REASON")
	for _, r := range list {
		err := out.Add(r, r.Event, r.Action, cli.Time(r.Since), out.Text(r.By, 60), r.Attempts, out.Text(r.Reason, 80))
		if err != nil {
			return err
		}
	}
	return out.Flush(none)
}
