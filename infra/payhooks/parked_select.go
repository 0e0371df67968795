package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/operator"
)

// deliveryFlags select deliveries with EVENT, EVENT ACTION, --action, --reason (--failed) or --all.
type deliveryFlags struct {
	action, reason string
	all            bool
	ways           string // to select, for people
}

func (f *deliveryFlags) add(cmd *cobra.Command, every string) {
	f.ways = "EVENT, EVENT ACTION, --action or --all"
	cmd.Flags().StringVar(&f.action, "action", "", "those of this action")
	cmd.Flags().BoolVar(&f.all, "all", false, every)
}

// addReason lets a reason select, too, with a flag of the name.
func (f *deliveryFlags) addReason(cmd *cobra.Command, flag string) {
	f.ways = "EVENT, EVENT ACTION, --action, --" + flag + " or --all"
	cmd.Flags().StringVar(&f.reason, flag, "", "those that failed so: a reason as payhooks parked lists it, or a part of it")
}

func (f *deliveryFlags) selection(args []string) (operator.Deliveries, error) {
	s := operator.Deliveries{Event: slices.Concat(args, []string{""})[0], Action: f.action, Reason: f.reason}
	some := len(args) > 0 || f.action != ""
	if len(args) == 2 && (f.action != "" || f.reason != "") || f.all && some || !f.all && !some && f.reason == "" {
		return s, cli.Usage("select deliveries: %s", f.ways)
	}
	if len(args) == 2 {
		s.Action = args[1]
	}
	return s, nil
}

func printSkipped(cmd *cobra.Command, all []operator.Skipped) {
	for _, s := range all {
		fmt.Fprintf(cmd.OutOrStdout(), "skipped %s for %s: %s\n", cli.Line(s.Event), s.Action, cli.Line(string(s.Why)))
	}
}

func deliveries(n int) string { return cli.Count(n, "delivery", "deliveries") }
