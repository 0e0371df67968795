package command

import (
	"context"
	"time"

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
	var f cli.ListFlags
	cmd := &cobra.Command{
		Use: "mails", Short: "List mails sent on the local stack (stored, not delivered)", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.Check(time.Now()); err != nil {
				return err
			}
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
			out := cli.NewRows(cmd, "AT", "KIND", "TO", "SUBJECT", "KEY")
			for _, m := range cli.Latest(f, mails, func(m Mail) time.Time { return kept(m.At) }) {
				if err := out.Add(m, cli.Time(kept(m.At)), m.Kind, m.To, out.Text(m.Subject, 60), m.Key); err != nil {
					return err
				}
			}
			return out.Flush("no mails")
		},
	}
	addKept(cmd, &f)
	cli.StackFlag(cmd)
	return cmd
}

// addKept adds the flags of a list of what the local stack keeps.
func addKept(cmd *cobra.Command, f *cli.ListFlags) {
	f.AddSince(cmd, "only what was sent")
	f.AddLimit(cmd, 0, "how many at most, the latest")
	cli.WideFlag(cmd)
}

// kept is when the local stack kept a message; zero if it does not say.
func kept(at string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, at)
	if err != nil {
		return time.Time{}
	}
	return t
}

// ReadMails reads the local mailbox, the first mail first.
func ReadMails(ctx context.Context, c *cli.Target) ([]Mail, error) {
	return cli.ReadLocal[Mail](ctx, c, "mails")
}
