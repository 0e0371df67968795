package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func (r *redrive) plan(cmd *cobra.Command) error {
	for i, q := range r.queues {
		ls, err := q.look(cmd.Context(), min(r.depths[i], sampled-len(r.Sample)))
		if err != nil {
			return err
		}
		r.Sample = append(r.Sample, ls...)
	}
	if wantsJSON(cmd) {
		return printJSON(cmd.OutOrStdout(), &r.redriveSummary)
	}
	if err := printLetters(cmd, r.Sample); err != nil || r.Selected == 0 {
		return err
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "\n%s. Nothing was sent; --yes sends them, %g a second, in %s.\n",
		count(r.Selected, "dead letter", "dead letters"), r.rate, takes(r.Selected, r.rate))
	return err
}

func (r *redrive) report(cmd *cobra.Command) error {
	out := cmd.OutOrStdout()
	if wantsJSON(cmd) {
		return printJSON(out, &r.redriveSummary)
	}
	fmt.Fprintf(out, "%d of %s sent\n", r.Sent, count(r.Selected, "dead letter", "dead letters"))
	if r.Removed > 0 {
		fmt.Fprintf(out, "%d of dispatch and reconcile taken away\n", r.Removed)
	}
	if r.Unreadable > 0 {
		fmt.Fprintf(out, "%s left: look at them in the queue itself\n", count(r.Unreadable, "unreadable message is", "unreadable messages are"))
	}
	return nil
}
