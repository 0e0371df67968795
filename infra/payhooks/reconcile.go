package main

import (
	"fmt"

	"github.com/payhooks/payhooks/internal/reconcile"
	"github.com/spf13/cobra"
)

func reconcileCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "reconcile", Short: "Run all sweeps now: redeliver what is due, publish what is pending, store missing events, complete the journal", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			r, err := c.reconcile(cmd, reconcile.Request{Now: true})
			if err != nil {
				return err
			}
			if wantsJSON(cmd) {
				return printJSON(cmd.OutOrStdout(), r)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(),
				"%d events and deliveries checked: %d published, %d unrecorded, %d redelivered, %d overdue, %d held back\n"+
					"%d events listed at Stripe with %d calls: %d stored, %d quarantined\n"+
					"%d balance transactions listed: %d posted\n",
				r.Checked, r.Published, r.Unrecorded, r.Sent, r.Overdue, r.Held, r.Listed, r.Calls, r.Stored, r.Quarantined, r.Transactions, r.Posted)
			if err == nil && r.Gaps > 0 {
				_, err = fmt.Fprintln(cmd.OutOrStdout(), "events were missed before the 30 days that Stripe lists: compare with Stripe's dashboard")
			}
			return err
		},
	}
	stackFlags(cmd)
	return cmd
}

// reconcile asks the stack's own function, which has the key and the rights.
func (c *connection) reconcile(cmd *cobra.Command, req reconcile.Request) (reply reconcile.Reply, err error) {
	function, err := c.function(cmd.Context(), "reconcile")
	if err != nil {
		return reply, err
	}
	err = c.ask(cmd.Context(), function, req, &reply)
	return reply, err
}
