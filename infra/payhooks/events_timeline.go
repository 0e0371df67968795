package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/operator"
)

const timelineLong = `Show what Stripe sent about one thing and what each action did, the earliest first.

ID is an event, a payment (pi_…, ch_…), an invoice, a subscription, a customer, or
any other object that an event is about. Links are followed: from a payment to its
charges, refunds, disputes, checkout session and invoice, from an invoice to its
payments, from a subscription to its invoices, from a customer to everything, at
most 50 objects and 1,000 events. A payment, a subscription and a customer are
found by an index; for another id all events may have to be read, newest first.

  payhooks events timeline pi_3PqW2v2eZvKYlo2C1gFyxTqs
  payhooks events timeline cus_NffrFeUfNV2Hib --account own --mode live`

// timelineFlags are those of events timeline.
type timelineFlags struct {
	operator.Timeline
	scope cli.ScopeFlags
}

func eventsTimelineCommand() *cobra.Command {
	var f timelineFlags
	cmd := &cobra.Command{
		Use: "timeline ID", Short: "Show what Stripe sent about a payment, subscription or customer, and what was done",
		Long: timelineLong, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.ID = args[0]; f.Limit < 1 {
				return cli.Usage("--limit %d: must be 1 or more", f.Limit)
			}
			if err := f.scope.Check(); err != nil {
				return err
			}
			if f.scope.Set() {
				f.Scope, f.Scopes = f.scope.Matches, f.scope.All()
			}
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			return f.show(cmd, o)
		},
	}
	cmd.Flags().IntVar(&f.Limit, "limit", 200, "how many lines at most, the latest")
	cmd.Flags().BoolVar(&f.Minor, "minor", false, cli.MinorUsage)
	cli.WideFlag(cmd)
	f.scope.Add(cmd, "only events")
	cli.StackFlag(cmd)
	return cmd
}

func (f *timelineFlags) show(cmd *cobra.Command, o *operator.Operator) error {
	var progress *cli.Progress
	f.Looked = func(n int) {
		if progress == nil {
			progress = cli.NewProgress(cmd, "events read", 0)
		}
		progress.Add(n)
	}
	c, err := o.Timeline(cmd.Context(), f.Timeline)
	if progress != nil {
		progress.End()
	}
	if err != nil {
		return err
	}
	return errors.Join(printCourse(cmd, c), c.Unreadable)
}

func printCourse(cmd *cobra.Command, c *operator.Course) error {
	out := cli.NewRows(cmd, "AT", "EVENT", "TYPE", "ACTION", "STATE", "TEXT")
	for _, m := range c.Moments {
		if err := out.Add(m, cli.Time(m.At), m.Event, m.Type, m.Action, m.State, m.Text); err != nil {
			return err
		}
	}
	err := out.Flush("")
	for _, note := range c.Notes {
		_, failed := fmt.Fprintln(cmd.ErrOrStderr(), note)
		err = errors.Join(err, failed)
	}
	return err
}
