package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/internal/event"
)

// unfinishedRow is something that waits for an operator.
type unfinishedRow struct {
	Event    string    `json:"event"`
	Action   string    `json:"action,omitempty"`
	State    string    `json:"state"`
	Reason   string    `json:"reason"`
	Since    time.Time `json:"since"`
	Attempts int       `json:"attempts"`
	Effect   string    `json:"effect,omitempty"`   // key of the effect whose outcome is unknown
	Endpoint string    `json:"endpoint,omitempty"` // of what is quarantined
}

func rowOfDelivery(d event.Delivery) unfinishedRow {
	return unfinishedRow{
		Event: d.Event, Action: d.Action, State: string(d.State), Reason: d.Error,
		Since: d.Updated, Attempts: d.Attempts, Effect: d.Effect,
	}
}

// parkedCommand lists without a subcommand, too.
func parkedCommand() *cobra.Command {
	cmd := parkedListCommand("parked")
	cmd.AddCommand(parkedListCommand("list"), parkedShowCommand(), parkedRetryCommand(), parkedResolveCommand(), parkedDiscardCommand())
	return cmd
}

func parkedListCommand(use string) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: "List parked and unknown deliveries", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			ds, failed := c.parked(cmd.Context(), event.Parked, event.Unknown)
			var list []unfinishedRow
			for _, d := range ds {
				list = append(list, rowOfDelivery(d))
			}
			return errors.Join(printUnfinished(cmd, list, unless(failed, "nothing is parked")), failed)
		},
	}
	stackFlags(cmd)
	return cmd
}

// unless is none if nothing went wrong: then there really is nothing.
func unless(err error, none string) string {
	if err != nil {
		return "nothing can be read"
	}
	return none
}

// parked returns the deliveries in these states, the oldest first. Those that
// can be read are returned beside any error.
func (c *connection) parked(ctx context.Context, states ...event.State) (ds []event.Delivery, failed error) {
	for _, st := range states {
		some, unreadable, err := collect(c.Tables.Unfinished(ctx, st, time.Now().AddDate(10, 0, 0)))
		ds, failed = append(ds, some...), errors.Join(failed, unreadable, err)
	}
	slices.SortFunc(ds, func(a, b event.Delivery) int {
		return cmp.Or(a.Updated.Compare(b.Updated), cmp.Compare(a.Event, b.Event), cmp.Compare(a.Action, b.Action))
	})
	return ds, failed
}

func printUnfinished(cmd *cobra.Command, list []unfinishedRow, none string) error {
	out := newRows(cmd, "EVENT", "ACTION", "STATE", "SINCE", "ATTEMPTS", "REASON")
	for _, r := range list {
		if err := out.add(r, r.Event, r.Action, r.State, r.Since.Format(time.DateTime), r.Attempts, clip(r.Reason, 80)); err != nil {
			return err
		}
	}
	return out.flush(none)
}
