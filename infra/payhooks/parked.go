package main

import (
	"context"
	"errors"
	"fmt"
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

// manyRows is how many deliveries are listed one by one unless it is asked for.
const manyRows = 20

// parkedFlags are those of the list.
type parkedFlags struct {
	cli.ListFlags
	action, reason   string
	discarded, group bool
}

const parkedLong = `List parked and unknown deliveries, the oldest first.

More than 20 are grouped by action, state and reason: ids and numbers in reasons
are masked, so that deliveries that failed alike are counted together. --group
groups fewer and --group=false lists each. With --action, --reason or --json only
--group groups.`

func parkedListCommand(use string) *cobra.Command {
	var f parkedFlags
	cmd := &cobra.Command{
		Use: use, Short: "List parked and unknown deliveries", Long: parkedLong, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.Check(time.Now()); err != nil {
				return err
			}
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			list, failed := f.read(cmd.Context(), o)
			return errors.Join(f.print(cmd, list, failed), failed)
		},
	}
	f.add(cmd)
	cli.StackFlag(cmd)
	return cmd
}

func (f *parkedFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.action, "action", "", "those of this action")
	cmd.Flags().StringVar(&f.reason, "reason", "", "those that failed so: a reason as it is listed, or a part of it")
	cmd.Flags().BoolVar(&f.group, "group", false, "count them by action, state and reason")
	f.AddSince(cmd, "those that parked, or whose outcome became unknown,")
	f.AddLimit(cmd, 0, "how many deliveries or groups at most, the first")
	cli.WideFlag(cmd)
	cmd.Flags().BoolVar(&f.discarded, "discarded", false, "list what was discarded instead, and who did it")
}

// read returns the items that the flags select, those that can be read also with an error.
func (f *parkedFlags) read(ctx context.Context, o *operator.Operator) ([]operator.Item, error) {
	which, find := operator.Deliveries{Action: f.action, Reason: f.reason}, o.Parked
	if f.discarded {
		find = o.Discarded
	}
	list, err := find(ctx, which)
	return cli.First(cli.ListFlags{Since: f.Since}, list, itemTime), err
}

func itemTime(i operator.Item) time.Time { return i.Since }

func (f *parkedFlags) print(cmd *cobra.Command, list []operator.Item, failed error) error {
	switch {
	case f.grouped(cmd, len(list)):
		return f.printGroups(cmd, list, unless(failed, f.none()))
	case f.discarded:
		return printDiscarded(cmd, cli.First(f.ListFlags, list, itemTime), unless(failed, f.none()))
	}
	return printItems(cmd, cli.First(f.ListFlags, list, itemTime), unless(failed, f.none()))
}

// grouped: who asks for an action or a reason wants its deliveries.
func (f *parkedFlags) grouped(cmd *cobra.Command, n int) bool {
	if cli.WantsJSON(cmd) || cmd.Flags().Changed("group") {
		return f.group
	}
	return n > manyRows && f.action == "" && f.reason == ""
}

func (f *parkedFlags) none() string {
	state := "parked"
	if f.discarded {
		state = "discarded"
	}
	if f.action != "" || f.reason != "" || !f.Since.IsZero() {
		return "nothing of that is " + state
	}
	return map[string]string{"parked": "nothing is parked", "discarded": "nothing was discarded"}[state]
}

func (f *parkedFlags) printGroups(cmd *cobra.Command, list []operator.Item, none string) error {
	out := cli.NewRows(cmd, "COUNT", "ACTION", "STATE", "FIRST", "LAST", "FIRST EVENT", "REASON")
	groups := operator.Groups(list)
	groups = cli.First(cli.ListFlags{Limit: f.Limit}, groups, func(g operator.Group) time.Time { return g.Last })
	for _, g := range groups {
		if err := out.Add(g, g.Count, g.Action, g.State, cli.Time(g.First), cli.Time(g.Last), g.Event, out.Text(g.Reason, 80)); err != nil {
			return err
		}
	}
	if err := out.Flush(none); err != nil || cli.WantsJSON(cmd) || len(groups) == 0 {
		return err
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "\n%s in %s; --action NAME --reason TEXT lists those of a group, --group=false lists all\n",
		deliveries(len(list)), cli.Count(len(groups), "group", "groups"))
	return err
}

func printItems(cmd *cobra.Command, list []operator.Item, none string) error {
	out := cli.NewRows(cmd, "EVENT", "ACTION", "STATE", "SINCE", "ATTEMPTS", "REASON")
	for _, r := range list {
		if err := out.Add(r, r.Event, r.Action, r.State, cli.Time(r.Since), r.Attempts, out.Text(r.Reason, 80)); err != nil {
			return err
		}
	}
	return out.Flush(none)
}
