package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// thinDenied says what to do when Stripe refuses the list of thin events.
const thinDenied = "thin events were not listed: grant the restricted key read permission on Events, also for /v2/core/events, and let a proxy of Stripe's API pass that path on"

func reconcileCommand() *cobra.Command {
	var minAge time.Duration
	cmd := &cobra.Command{
		Use: "reconcile", Short: "Run all sweeps now: redeliver what is due, publish what is pending, store missing events, complete the journal", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if minAge < 0 || minAge > reconcile.DefaultMinAge {
				return cli.Usage("--min-age %s: expected 0s to %s", minAge, reconcile.DefaultMinAge)
			}
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			r, err := o.Reconcile(cmd.Context(), minAge)
			if err != nil {
				return err
			}
			if cli.WantsJSON(cmd) {
				return cli.PrintJSON(cmd.OutOrStdout(), r)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(),
				"%s checked: %d published, %d unrecorded, %d redelivered, %d overdue, %d held back\n"+
					"%s listed at Stripe with %s: %d stored, %d quarantined, %d left to Stripe's own delivery\n"+
					"%s listed: %d posted\n",
				cli.Count(r["checked"], "event or delivery", "events and deliveries"), r["published"], r["unrecorded"], r["sent"], r["overdue"], r["held"],
				cli.Count(r["listed"], "event", "events"), cli.Count(r["calls"], "call", "calls"), r["stored"], r["quarantined"], r["young"],
				cli.Count(r["transactions"], "balance transaction", "balance transactions"), r["posted"])
			if err == nil && r["denied"] > 0 {
				_, err = fmt.Fprintln(cmd.OutOrStdout(), thinDenied)
			}
			if err == nil && r["gaps"] > 0 {
				_, err = fmt.Fprintln(cmd.OutOrStdout(), "events were missed before the 30 days that Stripe lists: compare with Stripe's dashboard")
			}
			return err
		},
	}
	cmd.Flags().DurationVar(&minAge, "min-age", reconcile.DefaultMinAge, "leave younger events to Stripe's own delivery; 0 stores them, too")
	cli.StackFlag(cmd)
	return cmd
}
