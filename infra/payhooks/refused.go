package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local/aws"
)

func refusedCommand() *cobra.Command {
	var f cli.ListFlags
	cmd := &cobra.Command{
		Use: "refused", Short: "List webhook requests that the local stack did not answer 2xx, the newest 1,000", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.Check(time.Now()); err != nil {
				return err
			}
			t, err := cli.Open(cmd)
			if err != nil {
				return err
			}
			if t.Local == nil {
				return fmt.Errorf("refused requests are listed on the local stack only; of this one: payhooks logs ingest --stack %s", t.Stack)
			}
			all, err := cli.ReadLocal[aws.Refused](cmd.Context(), t, "refused")
			if err != nil {
				return err
			}
			rows := cli.NewRows(cmd, "AT", "ENDPOINT", "ANSWER", "REASON")
			for _, r := range cli.Latest(f, all, func(r aws.Refused) time.Time { return r.At }) {
				if err := rows.Add(r, cli.Time(r.At), r.Endpoint, r.Answer, rows.Text(r.Reason, 80)); err != nil {
					return err
				}
			}
			return rows.Flush("no request was refused")
		},
	}
	f.AddSince(cmd, "only requests received")
	f.AddLimit(cmd, 0, "how many at most, the latest")
	cli.WideFlag(cmd)
	cli.StackFlag(cmd)
	return cmd
}
