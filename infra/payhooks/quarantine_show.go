package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/operator"
)

func quarantineShowCommand() *cobra.Command {
	var raw bool
	var endpoint string
	cmd := &cobra.Command{
		Use: "show ID", Short: "Show one quarantined request and its reason", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			q, err := findQuarantined(cmd.Context(), o, endpoint, args[0])
			if err != nil {
				return err
			}
			if raw {
				return cli.NewOutput(cmd.OutOrStdout()).Raw(q.Body)
			}
			return printQuarantineDetail(cmd, operator.DetailOf(q))
		},
	}
	cmd.Flags().BoolVar(&raw, "raw", false, cli.RawUsage)
	endpointFlag(cmd, &endpoint)
	return cmd
}

func printQuarantineDetail(cmd *cobra.Command, d operator.QuarantineDetail) error {
	out := cmd.OutOrStdout()
	if cli.WantsJSON(cmd) {
		return cli.PrintJSON(out, d)
	}
	field := func(name string, value any) { cli.Field(out, 10, name, value) }
	field("id", d.ID)
	field("reason", d.Reason)
	field("type", d.Type)
	field("endpoint", d.Endpoint)
	field("received", cli.Time(d.Received))
	if d.Keeps != nil {
		field("until", cli.Time(*d.Keeps))
	}
	fmt.Fprintf(out, "\n%s\n", readable(d.Body))
	_, err := fmt.Fprintf(out, "\n%s\n", outlook(d))
	return err
}

// outlook says what a release would do.
func outlook(d operator.QuarantineDetail) string {
	switch {
	case d.Now != "":
		return "It cannot be released: it is still " + d.Now + "."
	case operator.NeedsOverride(d.Reason):
		return fmt.Sprintf("payhooks quarantine release %s --override accepts it for this endpoint anyway.", d.ID)
	}
	return fmt.Sprintf("It is usable as an event now: payhooks quarantine release %s accepts it.", d.ID)
}

// readable shows a body: indented, and cut.
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
