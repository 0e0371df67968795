package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/webhook"
)

// heldDetail is one quarantined request.
type heldDetail struct {
	event.Quarantined
	State string     `json:"state"`
	Bytes int        `json:"bytes"`
	Keeps *time.Time `json:"expires,omitempty"`
	Now   string     `json:"now"` // why it is not usable as an event today; empty: it is
	body  []byte
}

func quarantineShowCommand() *cobra.Command {
	var raw bool
	var endpoint string
	cmd := &cobra.Command{
		Use: "show ID", Short: "Show one quarantined request and why it is", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			q, err := c.held(cmd.Context(), endpoint, args[0])
			if err != nil {
				return err
			}
			if raw {
				_, err := cmd.OutOrStdout().Write(q.Body)
				return err
			}
			return detailOf(q).print(cmd)
		},
	}
	cmd.Flags().BoolVar(&raw, "raw", false, "print the signed bytes, unchanged, and nothing else")
	endpointFlag(cmd, &endpoint)
	return cmd
}

func detailOf(q event.Quarantined) heldDetail {
	d := heldDetail{Quarantined: q, State: string(event.StatusQuarantined), Bytes: len(q.Body), body: q.Body}
	if !q.Expires.IsZero() {
		d.Keeps = &q.Expires
	}
	_, reason := webhook.Parse(q.Body)
	d.Now = string(reason)
	return d
}

func (d heldDetail) print(cmd *cobra.Command) error {
	out := cmd.OutOrStdout()
	if wantsJSON(cmd) {
		return printJSON(out, d)
	}
	field := func(name string, value any) { fmt.Fprintf(out, "%-10s %v\n", name, value) }
	field("id", d.ID)
	field("reason", d.Reason)
	field("type", d.Type)
	field("endpoint", d.Endpoint)
	field("received", d.Received.Format(time.RFC3339))
	if d.Keeps != nil {
		field("until", d.Keeps.Format(time.RFC3339))
	}
	fmt.Fprintf(out, "\n%s\n", readable(d.body))
	_, err := fmt.Fprintf(out, "\n%s\n", d.outlook())
	return err
}

// outlook says what a release would do.
func (d heldDetail) outlook() string {
	switch {
	case d.Now != "":
		return "It cannot be released: it is still " + d.Now + "."
	case overridable(d.Reason):
		return fmt.Sprintf("payhooks quarantine release %s --override accepts it for this endpoint anyway.", d.ID)
	}
	return fmt.Sprintf("It is usable as an event now: payhooks quarantine release %s accepts it.", d.ID)
}

// readable shows a body to people: indented, and nothing that a terminal acts
// on.
func readable(body []byte) string {
	const most = 4 << 10
	var b bytes.Buffer
	if json.Indent(&b, body, "", "  ") != nil || !utf8.Valid(body) {
		return fmt.Sprintf("%.*q", most, body)
	}
	if b.Len() > most {
		return string(b.Bytes()[:most]) + "\n… --raw prints all of it"
	}
	return b.String()
}
