package main

import (
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/spf13/cobra"
)

// unfinishedRow is something that waits for an operator.
type unfinishedRow struct {
	Event    string    `json:"event"`
	Action   string    `json:"action,omitempty"`
	State    string    `json:"state"`
	Reason   string    `json:"reason"`
	Since    time.Time `json:"since"`
	Attempts int       `json:"attempts"`
}

func parkedCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "parked", Short: "Deliveries that wait for an operator: parked and unknown", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			var list []unfinishedRow
			for _, st := range []event.State{event.Parked, event.Unknown} {
				err := c.Tables.Unfinished(cmd.Context(), st, time.Now().AddDate(10, 0, 0), func(d event.Delivery) bool {
					list = append(list, unfinishedRow{d.Event, d.Action, string(d.State), d.Error, d.Updated, d.Attempt})
					return true
				})
				if err != nil {
					return err
				}
			}
			return printUnfinished(cmd, list, "nothing is parked")
		},
	}
	stackFlags(cmd)
	return cmd
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
