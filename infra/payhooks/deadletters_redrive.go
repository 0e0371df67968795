package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/operator"
)

func deadLettersRedriveCommand() *cobra.Command {
	var action string
	var rate cli.Rate
	var yes bool
	cmd := &cobra.Command{
		Use: "redrive", Short: "Send dead letters to their action's queue again", Args: cobra.NoArgs,
		Long: "Send dead letters to their action's queue again. One that was sent twice has no second effect: the ledger\n" +
			"records what is done. Only as many are sent as there are when it begins. Those of dispatch, reconcile and the\n" +
			"buses are deleted: a sweep does their work. Without --yes nothing is sent.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			plan, err := o.PlanRedrive(cmd.Context(), action)
			if err != nil {
				return err
			}
			if !yes || plan.Selected == 0 {
				return printRedrivePlan(cmd, plan, rate)
			}
			return redrive(cmd, plan, rate)
		},
	}
	cmd.Flags().StringVar(&action, "action", "", "those of this action")
	cli.YesFlag(cmd, &yes)
	cli.RateFlag(cmd, &rate)
	cli.StackFlag(cmd)
	return cmd
}

func printRedrivePlan(cmd *cobra.Command, plan *operator.RedrivePlan, rate cli.Rate) error {
	r, err := plan.DryRun(cmd.Context())
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	if cli.WantsJSON(cmd) {
		return cli.PrintJSON(out, r)
	}
	if err := printLetters(cmd, r.Sample); err != nil || r.Selected == 0 {
		return err
	}
	_, err = fmt.Fprintf(out, "\nwould redrive %s, %g a second, in %s; add --yes\n", countLetters(r.Selected), rate, rate.Takes(r.Selected))
	return err
}

func redrive(cmd *cobra.Command, plan *operator.RedrivePlan, rate cli.Rate) error {
	shown := cli.NewProgress(cmd, "dead letters", plan.Selected)
	r, err := plan.Run(cmd.Context(), operator.Pace{Rate: float64(rate), Progress: shown.Add})
	shown.End()
	if errors.Is(err, context.Canceled) {
		err = errors.New("stopped; the same command continues with those that are left")
	}
	out := cmd.OutOrStdout()
	if cli.WantsJSON(cmd) {
		return errors.Join(cli.PrintJSON(out, r), err)
	}
	fmt.Fprintf(out, "%d of %s sent\n", r.Sent, countLetters(r.Selected))
	if r.Removed > 0 {
		fmt.Fprintf(out, "%d deleted: a sweep does their work\n", r.Removed)
	}
	if r.Unreadable > 0 {
		fmt.Fprintf(out, "%s left: look at them in the queue itself\n", cli.Count(r.Unreadable, "unreadable message is", "unreadable messages are"))
	}
	return err
}

func countLetters(n int) string { return cli.Count(n, "dead letter", "dead letters") }
