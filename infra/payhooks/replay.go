package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/operator"
)

const replayLong = `Send stored events to their actions again.

An action never acts on an event twice: what is done stays done, and so is what
was discarded. What is parked is tried at once, and so is what waits, for its next
attempt or for another version of the event; what has no record is recorded and
sent, and what is unknown stays until you resolve it (payhooks parked resolve).
--again also retries actions that had nothing to do with the event ("skipped: …"),
for example because mail was off, and what was withheld of several effects; --stale
lets them send mails that are too old.

An action that was renamed is a new one. If it would do what one did that has no rule
any more, you are asked: --done-as OLD leaves that alone, --repeat does it again.

Without --yes nothing is sent: you see how many events it would be, and some of
them. Ctrl-C stops a replay, and it prints how to resume. It may be repeated or
run during live traffic. --wait follows what was sent until it has ended, retries
too, and exits 1 if something parks or its outcome is unknown; Ctrl-C stops
following only.`

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
	if old := plan.Undecided(); len(old) > 0 {
		return plan.DryRun(), cli.Usage("%s: say --done-as %s to leave that alone, or --repeat to do it again", doneBefore(plan.Done, old), strings.Join(old, ","))
	}
	shown := cli.NewProgress(cmd, "events", len(plan.Selected))
	r, err := plan.Run(cmd.Context(), operator.Pace{Rate: float64(f.rate), Progress: shown.Add})
	shown.End()
	switch {
	case err != nil:
		err = f.stopped(r, err)
	case f.wait:
		err = follow(cmd, o, &r)
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
		if err := table.Add(nil, cli.Time(e.Received), e.ID, e.Type); err != nil {
			return err
		}
	}
	if err := table.Flush("no stored event with a subscriber is selected"); err != nil || r.Selected == 0 {
		return err
	}
	if more := r.Selected - len(r.Sample); more > 0 {
		fmt.Fprintf(out, "… and %d more, to %s\n", more, cli.Time(plan.Selected[r.Selected-1].Received))
	}
	to := "every subscriber"
	if f.Action != "" {
		to = f.Action
	}
	if len(plan.Done) > 0 {
		fmt.Fprintf(out, "\n%s: --done-as leaves that alone, --repeat does it again\n", doneBefore(plan.Done, slices.Sorted(maps.Keys(plan.Done))))
	}
	_, err := fmt.Fprintf(out, "\nwould send %s to %s, %g a second, in %s; add --yes\n",
		cli.Count(r.Selected, "event", "events"), to, f.rate, f.rate.Takes(r.Selected))
	return err
}
