package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/operator"
)

func parkedRetryCommand() *cobra.Command {
	var f deliveryFlags
	var yes, stale bool
	var rate cli.Rate
	cmd := &cobra.Command{
		Use: "retry [EVENT [ACTION]]", Short: "Retry parked deliveries", Args: cobra.MaximumNArgs(2),
		Long: "Retry parked deliveries of an event, of an action, or all of them. Their retry schedule restarts; their\n" +
			"attempts and history stay. --reason takes a reason as payhooks parked --group lists it.\n" +
			"Unknown deliveries are skipped; resolve them first with payhooks parked resolve. Without --yes nothing is sent.",
		RunE: func(cmd *cobra.Command, args []string) error {
			which, err := f.selection(args)
			if err != nil {
				return err
			}
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			plan, err := o.PlanRetry(cmd.Context(), operator.Retry{Deliveries: which, Stale: stale})
			if err != nil {
				return err
			}
			if !yes || len(plan.Selected) == 0 {
				r := plan.DryRun()
				r.Skipped, err = plan.LeftOut(cmd.Context())
				return errors.Join(printRetryPlan(cmd, r, rate), plan.Unreadable, err)
			}
			return errors.Join(retry(cmd, plan, rate, "retried"), plan.Unreadable)
		},
	}
	f.add(cmd, "every parked delivery")
	f.addReason(cmd, "reason")
	cli.YesFlag(cmd, &yes)
	cmd.Flags().BoolVar(&stale, "stale", false, "send mails also if they are too old")
	cli.RateFlag(cmd, &rate)
	cli.StackFlag(cmd)
	return cmd
}

// bulk is a plan that sends deliveries to their actions again.
type bulk interface {
	Run(ctx context.Context, pace operator.Pace) (operator.RetryResult, error)
	DryRun() operator.RetryResult
}

// retry runs the plan; verb is what it does to a delivery, in the past tense.
func retry(cmd *cobra.Command, plan bulk, rate cli.Rate, verb string) error {
	shown := cli.NewProgress(cmd, "deliveries", plan.DryRun().Selected)
	r, err := plan.Run(cmd.Context(), operator.Pace{Rate: float64(rate), Progress: shown.Add})
	shown.End()
	if errors.Is(err, context.Canceled) {
		err = fmt.Errorf("stopped after %d of %d; the same command continues with the rest", r.Sent+len(r.Skipped), r.Selected)
	}
	if cli.WantsJSON(cmd) {
		return errors.Join(cli.PrintJSON(cmd.OutOrStdout(), r), err)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d of %s %s, %d skipped\n", r.Sent, deliveries(r.Selected), verb, len(r.Skipped))
	printSkipped(cmd, r.Skipped)
	return err
}

func printRetryPlan(cmd *cobra.Command, r operator.RetryResult, rate cli.Rate) error {
	out := cmd.OutOrStdout()
	if cli.WantsJSON(cmd) {
		return cli.PrintJSON(out, r)
	}
	err := printItems(cmd, r.Sample, "nothing of that is parked; payhooks parked resolve is for what is unknown")
	if err == nil && r.Selected > 0 {
		n := r.Selected - len(r.Skipped)
		_, err = fmt.Fprintf(out, "\nwould retry %s, %g a second, in %s; add --yes\n", deliveries(n), rate, rate.Takes(n))
		printReasons(out, operator.Reasons(r.Skipped), "delivery", "deliveries", "would be skipped")
	}
	return err
}
