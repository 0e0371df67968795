package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/operator"
)

// parkedCommand lists without a subcommand, too.
func parkedCommand() *cobra.Command {
	cmd := parkedListCommand("parked")
	cmd.AddCommand(parkedListCommand("list"), parkedShowCommand(), parkedRetryCommand(), parkedResolveCommand(), parkedDiscardCommand())
	return cmd
}

func parkedListCommand(use string) *cobra.Command {
	var discarded bool
	cmd := &cobra.Command{
		Use: use, Short: "List parked and unknown deliveries", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			if discarded {
				list, failed := o.Discarded(cmd.Context())
				return errors.Join(printDiscarded(cmd, list, unless(failed, "nothing was discarded")), failed)
			}
			list, failed := o.Parked(cmd.Context())
			return errors.Join(printItems(cmd, list, unless(failed, "nothing is parked")), failed)
		},
	}
	cmd.Flags().BoolVar(&discarded, "discarded", false, "list what was discarded instead, and who did it")
	cli.StackFlag(cmd)
	return cmd
}

func printItems(cmd *cobra.Command, list []operator.Item, none string) error {
	out := cli.NewRows(cmd, "EVENT", "ACTION", "STATE", "SINCE", "ATTEMPTS", "REASON")
	for _, r := range list {
		if err := out.Add(r, r.Event, r.Action, r.State, r.Since.Format(time.DateTime), r.Attempts, cli.Clip(r.Reason, 80)); err != nil {
			return err
		}
	}
	return out.Flush(none)
}

// deliveryFlags select deliveries with EVENT, EVENT ACTION, --action or --all.
type deliveryFlags struct {
	action string
	all    bool
}

func (f *deliveryFlags) add(cmd *cobra.Command, every string) {
	cmd.Flags().StringVar(&f.action, "action", "", "those of this action")
	cmd.Flags().BoolVar(&f.all, "all", false, every)
}

func (f *deliveryFlags) selection(args []string) (operator.Deliveries, error) {
	s := operator.Deliveries{Event: slices.Concat(args, []string{""})[0], Action: f.action}
	if len(args) == 2 && f.action != "" || f.all == (len(args) > 0 || f.action != "") {
		return s, cli.Usage("select deliveries: EVENT, EVENT ACTION, --action or --all")
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
