package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// doneBefore says what actions without a rule have done.
func doneBefore(done map[string]int, names []string) string {
	said := make([]string, len(names))
	for i, name := range names {
		said[i] = fmt.Sprintf("%s did %s of this", name, deliveries(done[name]))
	}
	return strings.Join(said, ", ") + " and has no rule any more"
}

// follow waits until all that was sent has ended.
func follow(cmd *cobra.Command, o *operator.Operator, r *operator.ReplayResult) error {
	shown := cli.NewProgress(cmd, "deliveries ended", r.Waiting)
	err := o.Follow(cmd.Context(), r, shown.Add)
	shown.End()
	if err == nil {
		return parkedAgain(*r)
	}
	if errors.Is(err, context.Canceled) {
		err = errors.New("stopped following")
	}
	return fmt.Errorf("%w: %s without it; payhooks events list --status waiting lists them", err, cli.Count(r.Waiting, "delivery goes on", "deliveries go on"))
}

// parkedAgain is the error of a replay that ended in what needs a person.
func parkedAgain(r operator.ReplayResult) error {
	n := r.Ended[event.Parked] + r.Ended[event.Unknown]
	if n == 0 {
		return nil
	}
	return fmt.Errorf("%s parked or unknown; payhooks parked lists why", cli.Count(n, "delivery is", "deliveries are"))
}

func printReplay(cmd *cobra.Command, r operator.ReplayResult) error {
	out := cmd.OutOrStdout()
	if cli.WantsJSON(cmd) {
		return cli.PrintJSON(out, r)
	}
	fmt.Fprintf(out, "%d of %s sent\n", r.Sent, cli.Count(r.Selected, "event", "events"))
	printReasons(out, r.Skipped, "event", "events", "skipped")
	printReasons(out, r.Left, "delivery", "deliveries", "left")
	for _, state := range slices.Sorted(maps.Keys(r.Ended)) {
		fmt.Fprintf(out, "%s %s\n", deliveries(r.Ended[state]), state)
	}
	if r.Waiting > 0 {
		fmt.Fprintf(out, "%s under way\n", deliveries(r.Waiting))
	}
	if r.Unknown > 0 {
		fmt.Fprintf(out, "%s unknown: resolve with payhooks parked resolve\n", cli.Count(r.Unknown, "delivery is", "deliveries are"))
	}
	return nil
}

// printReasons says how many there are of each reason.
func printReasons(out io.Writer, reasons map[event.Reason]int, one, many, what string) {
	for _, why := range slices.Sorted(maps.Keys(reasons)) {
		fmt.Fprintf(out, "%s %s: %s\n", cli.Count(reasons[why], one, many), what, cli.Line(string(why)))
	}
}
