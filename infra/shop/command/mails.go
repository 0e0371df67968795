package command

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
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
	// Report is what SES reported about it later, empty for nothing.
	Report event.Report `json:"report,omitempty"`
}

func mailsCommand() *cobra.Command {
	var f cli.ListFlags
	var report event.Report
	cmd := &cobra.Command{
		Use: "mails", Short: "List mails sent on the local stack (stored, not delivered)", Args: cobra.NoArgs,
		Long: "List mails sent on the local stack (stored, not delivered). With MailConfigurationSet they have what SES's\n" +
			"simulator reports about them. Mails of a deployed stack that came back are in\n" +
			"payhooks events list --report bounced.",
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
			unreadable := readReports(cmd.Context(), c, mails)
			if unreadable != nil && !errors.Is(unreadable, event.ErrInvalid) {
				return unreadable
			}
			mails = slices.DeleteFunc(mails, func(m Mail) bool { return report != "" && m.Report != report })
			return errors.Join(printMails(cmd, cli.Latest(f, mails, func(m Mail) time.Time { return kept(m.At) })), unreadable)
		},
	}
	addKept(cmd, &f)
	cli.ReportFlag(cmd, &report, "only mails of which SES reported that they came back")
	cli.StackFlag(cmd)
	return cmd
}

func printMails(cmd *cobra.Command, mails []Mail) error {
	out := cli.NewRows(cmd, "AT", "KIND", "TO", "SUBJECT", "REPORT", "KEY")
	for _, m := range mails {
		if err := out.Add(m, cli.Time(kept(m.At)), m.Kind, m.To, out.Text(m.Subject, 60), m.Report, m.Key); err != nil {
			return err
		}
	}
	return out.Flush("no mails")
}

// readReports adds to the mails what the deliveries of their events say. An error that is
// event.ErrInvalid names those that cannot be read.
func readReports(ctx context.Context, c *cli.Target, mails []Mail) (unreadable error) {
	ids := make([]string, len(mails))
	for i, m := range mails {
		ids[i] = m.Event
	}
	slices.Sort(ids)
	reports := map[[2]string]event.Report{} // by event and key
	for part := range slices.Chunk(slices.Compact(ids), readAtOnce) {
		stored, err := c.Tables.Events(ctx, part)
		if err != nil && !errors.Is(err, event.ErrInvalid) {
			return err
		}
		all, odd, err := c.Operator().DeliveriesOf(ctx, slices.Collect(maps.Values(stored)))
		if err != nil {
			return err
		}
		unreadable = errors.Join(unreadable, odd)
		for _, d := range slices.Concat(slices.Collect(maps.Values(all))...) {
			for _, e := range d.Effects {
				reports[[2]string{d.Event, e.Key}] = e.Report
			}
		}
	}
	for i, m := range mails {
		mails[i].Report = reports[[2]string{m.Event, m.Key}]
	}
	return unreadable
}

// readAtOnce is how many events one request reads.
const readAtOnce = 100

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
