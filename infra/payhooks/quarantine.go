package main

import (
	"github.com/payhooks/payhooks/internal/event"
	"github.com/spf13/cobra"
)

func quarantineCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "quarantine", Short: "Signed requests that no action may see as they are"}
	cmd.AddCommand(quarantineListCommand())
	return cmd
}

func quarantineListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "What is held, and why", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			var list []unfinishedRow
			err = c.Tables.List(cmd.Context(), func(q event.Quarantined) bool {
				list = append(list, unfinishedRow{Event: q.ID, State: string(event.StatusQuarantined), Reason: q.Reason, Since: q.Received})
				return true
			})
			if err != nil {
				return err
			}
			return printUnfinished(cmd, list, "nothing is quarantined")
		},
	}
	stackFlags(cmd)
	return cmd
}
