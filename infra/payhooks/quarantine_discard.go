package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"
)

func quarantineDiscardCommand() *cobra.Command {
	var yes bool
	var endpoint string
	cmd := &cobra.Command{
		Use: "discard ID", Short: "Delete a quarantined request", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			q, err := c.held(cmd.Context(), endpoint, args[0])
			if err != nil {
				return err
			}
			if !yes {
				return planned(cmd, q, fmt.Sprintf("%s, %s, received %s, would be deleted with its %d bytes; add --yes",
					q.ID, q.Reason, q.Received.Format(time.DateTime), len(q.Body)))
			}
			if err := c.Tables.Quarantine().Discard(cmd.Context(), q.Endpoint, q.ID); err != nil {
				return err
			}
			return resolved(cmd, q.ID, "discarded")
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "perform the change (without it: dry run)")
	endpointFlag(cmd, &endpoint)
	return cmd
}
