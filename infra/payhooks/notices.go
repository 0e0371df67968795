package main

import "github.com/spf13/cobra"

// keptNotice is one notice that the local stack took.
type keptNotice struct {
	Topic   string `json:"topic"`
	Subject string `json:"subject"`
	Message string `json:"message"`
	At      string `json:"at"`
}

func noticesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "notices", Short: "Notices to the shop's people that the local stack took instead of sending them", Args: cobra.NoArgs,
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
			out := newRows(cmd, "AT", "SUBJECT")
			for _, n := range notices {
				if err := out.add(n, n.At, n.Subject); err != nil {
					return err
				}
			}
			return out.flush("no notices")
		},
	}
	stackFlags(cmd)
	return cmd
}
