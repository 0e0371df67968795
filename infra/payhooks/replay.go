package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/operator"
)

const replayLong = `Send stored events to their actions again.

An action never acts on an event twice: what is done stays done, and so is what
was discarded. What is parked or waits is tried at once, what has no record is
recorded and sent, and what is unknown stays until you resolve it (payhooks
parked resolve). --again also retries actions that had nothing to do with the
event ("skipped: …"), for example because mail was off; --stale lets them send
mails that are too old.

Without --yes nothing is sent: you see how many events it would be, and some of
them. Ctrl-C stops a replay, and it prints how to resume. It may be repeated or
run during live traffic.`

func replayCommand() *cobra.Command {
	f := &replayFlags{now: time.Now(), line: os.Args}
	var yes bool
	cmd := &cobra.Command{
		Use: "replay [EVENT…]", Short: "Send stored events to their actions again", Long: replayLong, Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.parse(args); err != nil {
				return err
			}
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			_, err = f.run(cmd, o, yes)
			return err
		},
	}
	f.add(cmd)
	cli.YesFlag(cmd, &yes)
	cli.StackFlag(cmd)
	return cmd
}

// run prints the result, which it returns as well.
func (f *replayFlags) run(cmd *cobra.Command, o *operator.Operator, yes bool) (operator.ReplayResult, error) {
	plan, err := o.PlanReplay(cmd.Context(), f.Replay)
	if err != nil {
		return operator.ReplayResult{}, err
	}
	if !yes || len(plan.Selected) == 0 {
		return plan.DryRun(), errors.Join(f.printPlan(cmd, plan), plan.Unreadable)
	}
	shown := cli.NewProgress(cmd, "events", len(plan.Selected))
	r, err := plan.Run(cmd.Context(), operator.Pace{Rate: float64(f.rate), Progress: shown.Add})
	shown.End()
	if err != nil {
		err = f.stopped(r, err)
	}
	return r, errors.Join(printReplay(cmd, r), err, plan.Unreadable)
}

// printPlan shows what a replay would send.
func (f *replayFlags) printPlan(cmd *cobra.Command, plan *operator.ReplayPlan) error {
	out, r := cmd.OutOrStdout(), plan.DryRun()
	if cli.WantsJSON(cmd) {
		return cli.PrintJSON(out, r)
	}
	table := cli.NewRows(cmd, "RECEIVED", "ID", "TYPE")
	for _, e := range r.Sample {
		if err := table.Add(nil, e.Received.Format(time.DateTime), e.ID, e.Type); err != nil {
			return err
		}
	}
	if err := table.Flush("no stored event with a subscriber is selected"); err != nil || r.Selected == 0 {
		return err
	}
	if more := r.Selected - len(r.Sample); more > 0 {
		fmt.Fprintf(out, "… and %d more, to %s\n", more, plan.Selected[r.Selected-1].Received.Format(time.DateTime))
	}
	to := "every subscriber"
	if f.Action != "" {
		to = f.Action
	}
	_, err := fmt.Fprintf(out, "\nwould send %s to %s, %g a second, in %s; add --yes\n",
		cli.Count(r.Selected, "event", "events"), to, f.rate, f.rate.Takes(r.Selected))
	return err
}

func printReplay(cmd *cobra.Command, r operator.ReplayResult) error {
	out := cmd.OutOrStdout()
	if cli.WantsJSON(cmd) {
		return cli.PrintJSON(out, r)
	}
	fmt.Fprintf(out, "%d of %s sent\n", r.Sent, cli.Count(r.Selected, "event", "events"))
	for _, why := range slices.Sorted(maps.Keys(r.Skipped)) {
		fmt.Fprintf(out, "%d skipped: %s\n", r.Skipped[why], cli.Line(string(why)))
	}
	if r.Unknown > 0 {
		fmt.Fprintf(out, "%s unknown: resolve with payhooks parked resolve\n", cli.Count(r.Unknown, "delivery is", "deliveries are"))
	}
	return nil
}
