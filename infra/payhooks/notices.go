package main

import (
	"cmp"

	"github.com/spf13/cobra"
)

// keptNotice is one notice that the local stack took, or a text message.
type keptNotice struct {
	Topic   string `json:"topic,omitempty"`
	To      string `json:"to,omitempty"` // a customer's phone
	Subject string `json:"subject,omitempty"`
	Message string `json:"message"`
	At      string `json:"at"`
}

func noticesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "notices", Short: "Notices to the shop's people, and texts to customers, that the local stack took instead of sending them", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			if err := c.localOnly("notices"); err != nil {
				return err
			}
			notices, err := readKept[keptNotice](cmd, c, "notices")
			if err != nil {
				return err
			}
			out := newRows(cmd, "AT", "TO", "SUBJECT OR TEXT")
			for _, n := range notices {
				if err := out.add(n, n.At, cmp.Or(n.To, n.Topic), cmp.Or(n.Subject, n.Message)); err != nil {
					return err
				}
			}
			return out.flush("no notices")
		},
	}
	stackFlags(cmd)
	return cmd
}
