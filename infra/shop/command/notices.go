package command

import (
	"cmp"
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
)

// Notice is one notice to staff, or a text message to a customer, in the local
// mailbox.
type Notice struct {
	Topic   string `json:"topic,omitempty"`
	To      string `json:"to,omitempty"` // a customer's phone
	Subject string `json:"subject,omitempty"`
	Message string `json:"message"`
	At      string `json:"at"`
}

func noticesCommand() *cobra.Command {
	var f cli.ListFlags
	cmd := &cobra.Command{
		Use: "notices", Short: "List notices to staff and text messages to customers on the local stack (stored, not delivered)", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.Check(time.Now()); err != nil {
				return err
			}
			c, err := cli.Open(cmd)
			if err != nil {
				return err
			}
			if err := c.LocalOnly("notices"); err != nil {
				return err
			}
			notices, err := ReadNotices(cmd.Context(), c)
			if err != nil {
				return err
			}
			out := cli.NewRows(cmd, "AT", "TO", "SUBJECT OR TEXT")
			for _, n := range cli.Latest(f, notices, func(n Notice) time.Time { return kept(n.At) }) {
				if err := out.Add(n, cli.Time(kept(n.At)), cmp.Or(n.To, n.Topic), cmp.Or(n.Subject, n.Message)); err != nil {
					return err
				}
			}
			return out.Flush("no notices")
		},
	}
	addKept(cmd, &f)
	cli.StackFlag(cmd)
	return cmd
}

// ReadNotices reads the notices and text messages of the local stack, the first
// one first.
func ReadNotices(ctx context.Context, c *cli.Target) ([]Notice, error) {
	return cli.ReadLocal[Notice](ctx, c, "notices")
}
