package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local/aws"
)

func refusedCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "refused", Short: "List webhook requests that the local stack did not answer 2xx, the newest 1,000", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			t, err := cli.Open(cmd)
			if err != nil {
				return err
			}
			if t.Local == nil {
				return fmt.Errorf("refused requests are listed on the local stack only; of stack %s read the log group /%s/ingest", t.Stack, t.Stack)
			}
			all, err := cli.ReadLocal[aws.Refused](cmd.Context(), t, "refused")
			if err != nil {
				return err
			}
			rows := cli.NewRows(cmd, "AT", "ENDPOINT", "ANSWER", "REASON")
			for _, r := range all {
				if err := rows.Add(r, cli.Time(r.At), r.Endpoint, r.Answer, cli.Clip(r.Reason, 80)); err != nil {
					return err
				}
			}
			return rows.Flush("no request was refused")
		},
	}
	cli.StackFlag(cmd)
	return cmd
}
