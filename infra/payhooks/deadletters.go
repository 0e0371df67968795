package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/operator"
)

// deadLettersCommand lists without a subcommand, too.
func deadLettersCommand() *cobra.Command {
	cmd := deadLettersListCommand("deadletters")
	cmd.Long = "Dead letters are messages that no attempt finished, or that no queue took. What waits in the ledger is\n" +
		"redelivered without them; a dead letter means that something kept it from being recorded there, a policy\n" +
		"or a crash. Those of dispatch and reconcile report a run that failed, those of the buses a lost key: a\n" +
		"sweep does their work. Those of ingest-eventbridge are events that could not be stored, those of\n" +
		"record-mail reports about mails that could not be recorded."
	cmd.AddCommand(deadLettersListCommand("list"), deadLettersRedriveCommand())
	return cmd
}

func deadLettersListCommand(use string) *cobra.Command {
	var action string
	var f cli.ListFlags
	cmd := &cobra.Command{
		Use: use, Short: "List dead letters with their reason", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.Check(time.Now()); err != nil {
				return err
			}
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			all, err := o.ListDeadLetters(cmd.Context(), action, f.Limit)
			if err != nil {
				return err
			}
			return printLetters(cmd, all)
		},
	}
	cmd.Flags().StringVar(&action, "action", "", "those of this action")
	f.AddLimit(cmd, 50, "how many at most")
	cli.WideFlag(cmd)
	cli.StackFlag(cmd)
	return cmd
}

func printLetters(cmd *cobra.Command, all []operator.Item) error {
	out := cli.NewRows(cmd, "EVENT", "ACTION", "SINCE", "RECEIVED", "REASON")
	for _, l := range all {
		if err := out.Add(l, l.Event, l.Action, cli.Time(l.Since), l.Attempts, out.Text(l.Reason, 80)); err != nil {
			return err
		}
	}
	return out.Flush("no dead letters")
}
