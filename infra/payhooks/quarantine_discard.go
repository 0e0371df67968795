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
		Use: "discard ID", Short: "Forget a quarantined request for good", Args: cobra.ExactArgs(1),
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
				return planned(cmd, q, fmt.Sprintf("%s, %s, received %s, would be forgotten with its %d bytes; --yes does it",
					q.ID, q.Reason, q.Received.Format(time.DateTime), len(q.Body)))
			}
			if err := c.Tables.Discard(cmd.Context(), q.Endpoint, q.ID); err != nil {
				return err
			}
			return resolved(cmd, q.ID, "discarded")
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "really forget it")
	endpointFlag(cmd, &endpoint)
	return cmd
}
