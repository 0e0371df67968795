package command

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
)

// Mail is one message of the local mailbox.
type Mail struct {
	Kind      string `json:"kind"`
	To        string `json:"to"`
	Subject   string `json:"subject"`
	Text      string `json:"text"`
	HTML      string `json:"html"`
	Event     string `json:"event"`
	Key       string `json:"key"`
	Reference string `json:"reference,omitempty"`
	At        string `json:"at"`
}

func mailsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "mails", Short: "List mails sent on the local stack (stored, not delivered)", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := cli.Open(cmd)
			if err != nil {
				return err
			}
			if err := c.LocalOnly("mails"); err != nil {
				return err
			}
			mails, err := ReadMails(cmd.Context(), c)
			if err != nil {
				return err
			}
			out := cli.NewRows(cmd, "KIND", "TO", "SUBJECT", "KEY")
			for _, m := range mails {
				if err := out.Add(m, m.Kind, m.To, cli.Clip(m.Subject, 60), m.Key); err != nil {
					return err
				}
			}
			return out.Flush("no mails")
		},
	}
	cli.StackFlag(cmd)
	return cmd
}

// ReadMails reads the local mailbox, the first mail first.
func ReadMails(ctx context.Context, c *cli.Target) ([]Mail, error) {
	return cli.ReadLocal[Mail](ctx, c, "mails")
}
