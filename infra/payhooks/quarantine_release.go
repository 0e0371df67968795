package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
)

const releaseLong = `Accept a quarantined request as an event, with the same checks as a posted one.

It must be usable as an event by now, for example after an update of payhooks.
What is quarantined for its mode or account, or for its source or detail-type on the
partner bus, needs --override only. Without --yes
you see what would be accepted, and nothing is.`

func quarantineReleaseCommand() *cobra.Command {
	var yes, override bool
	var endpoint string
	cmd := &cobra.Command{
		Use: "release ID", Short: "Accept a quarantined request as an event", Long: releaseLong, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			q, err := findQuarantined(cmd.Context(), o, endpoint, args[0])
			if err != nil {
				return err
			}
			f, err := o.PlanRelease(q, override)
			if err != nil {
				return err
			}
			if !yes {
				return printQuarantined(cmd, q, fmt.Sprintf("%s %s, livemode %t, account %q, would be accepted; add --yes", f.Type, f.ID, f.Livemode, f.Account))
			}
			result, err := o.Release(cmd.Context(), q)
			if err != nil {
				return err
			}
			return printResult(cmd, f.ID, result.String())
		},
	}
	cli.YesFlag(cmd, &yes)
	cmd.Flags().BoolVar(&override, "override", false, "accept it although its mode, account, source or detail-type is not the endpoint's")
	endpointFlag(cmd, &endpoint)
	return cmd
}
