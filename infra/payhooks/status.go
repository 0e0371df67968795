package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/status"
)

func statusCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "status", Short: "Show what needs a person, what is late, and the deliveries of each action", Args: cobra.NoArgs,
		Long: "Show what needs a person, what is late, and the deliveries of each action. Each problem ends with the\n" +
			"command to type. Done counts since the stack's first run; a message in its queue counts as done for its\n" +
			"first 15 minutes. It exits 1 if something could not be read, and shows the rest.\n\n" +
			"Up to 100,000 entries are counted in each partition of an index: 400,000 events that the sweeps have\n" +
			"not handled, 3.2 million deliveries in each state; above that it says that there is more.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			t, err := cli.Open(cmd)
			if err != nil {
				return err
			}
			s, failed := status.Read(cmd.Context(), t.Sources())
			if cli.WantsJSON(cmd) {
				return errors.Join(cli.PrintJSON(cmd.OutOrStdout(), s), failed)
			}
			p := statusPage{StatusWords: cli.StatusWords{Status: s, Now: t.Sources().Now()}}
			if t.Local == nil {
				p.stack = t.Stack
			}
			return errors.Join(p.print(cmd), failed)
		},
	}
	cli.StackFlag(cmd)
	return cmd
}
