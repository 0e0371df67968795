package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"
)

// mail is one message of the local mailbox.
type mail struct {
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
		Use: "mails", Short: "Mails that the local stack took instead of sending them", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			if err := c.localOnly("mails"); err != nil {
				return err
			}
			mails, err := readMails(cmd, c)
			if err != nil {
				return err
			}
			out := newRows(cmd, "KIND", "TO", "SUBJECT", "KEY")
			for _, m := range mails {
				if err := out.add(m, m.Kind, m.To, clip(m.Subject, 60), m.Key); err != nil {
					return err
				}
			}
			return out.flush("no mails")
		},
	}
	stackFlags(cmd)
	return cmd
}

// maxMail is more than SES takes.
const maxMail = 16 << 20

func readMails(cmd *cobra.Command, c *connection) ([]mail, error) {
	return readKept[mail](cmd, c, "mails")
}

// readKept reads what the local stack took instead of sending it.
func readKept[T any](cmd *cobra.Command, c *connection, what string) ([]T, error) {
	req, err := http.NewRequestWithContext(cmd.Context(), http.MethodGet, c.Local.AWS+"/_payhooks/"+what, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("read %s: %s", what, res.Status)
	}
	var all []T
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, maxMail)
	for lines.Scan() {
		var one T
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return nil, fmt.Errorf("read %s: %w", what, err)
		}
		all = append(all, one)
	}
	return all, lines.Err()
}
