package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
)

func quarantineDiscardCommand() *cobra.Command {
	var yes bool
	var endpoint string
	cmd := &cobra.Command{
		Use: "discard ID", Short: "Delete a quarantined request", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			q, err := findQuarantined(cmd.Context(), o, endpoint, args[0])
			if err != nil {
				return err
			}
			if !yes {
				return printQuarantined(cmd, q, fmt.Sprintf("%s, %s, received %s, would be deleted with its %s; add --yes",
					q.ID, q.Reason, cli.Time(q.Received), cli.Count(len(q.Body), "byte", "bytes")))
			}
			if err := o.DiscardQuarantined(cmd.Context(), q); err != nil {
				return err
			}
			return printResult(cmd, q.ID, "discarded")
		},
	}
	cli.YesFlag(cmd, &yes)
	endpointFlag(cmd, &endpoint)
	return cmd
}
