package main

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"
)

// sampled is how many events a dry run shows.
const sampled = 10

// plan shows what a replay would send.
func (r *replay) plan(cmd *cobra.Command, list []chosen, rate rateFlag) error {
	r.Sample = list[:min(sampled, len(list))]
	if wantsJSON(cmd) {
		return printJSON(cmd.OutOrStdout(), &r.replaySummary)
	}
	table := newRows(cmd, "RECEIVED", "ID", "TYPE")
	for _, e := range r.Sample {
		if err := table.add(nil, e.Received.Format(time.DateTime), e.ID, e.Type); err != nil {
			return err
		}
	}
	if err := table.flush("no stored event with a subscriber is selected"); err != nil || len(list) == 0 {
		return err
	}
	out := cmd.OutOrStdout()
	if more := len(list) - len(r.Sample); more > 0 {
		fmt.Fprintf(out, "… and %d more, to %s\n", more, list[len(list)-1].Received.Format(time.DateTime))
	}
	to := "every subscriber"
	if r.action != "" {
		to = r.action
	}
	_, err := fmt.Fprintf(out, "\nwould send %s to %s, %g a second, in %s; add --yes\n",
		count(len(list), "event", "events"), to, rate, takes(len(list), rate))
	return err
}

func (r *replay) report(cmd *cobra.Command) error {
	out := cmd.OutOrStdout()
	if wantsJSON(cmd) {
		return printJSON(out, &r.replaySummary)
	}
	fmt.Fprintf(out, "%d of %s sent\n", r.Sent, count(r.Selected, "event", "events"))
	for _, why := range slices.Sorted(maps.Keys(r.Skipped)) {
		fmt.Fprintf(out, "%d skipped: %s\n", r.Skipped[why], why)
	}
	if r.Unknown > 0 {
		fmt.Fprintf(out, "%s unknown: resolve with payhooks parked resolve\n", count(r.Unknown, "delivery is", "deliveries are"))
	}
	return nil
}
