package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// quarantineCommand lists without a subcommand, too.
func quarantineCommand() *cobra.Command {
	cmd := quarantineListCommand("quarantine")
	cmd.AddCommand(quarantineListCommand("list"), quarantineShowCommand(), quarantineReleaseCommand(), quarantineDiscardCommand())
	return cmd
}

func quarantineListCommand(use string) *cobra.Command {
	var f cli.ListFlags
	var typ string
	cmd := &cobra.Command{
		Use: use, Short: "List quarantined requests: signed, and not accepted as events", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.Check(time.Now()); err != nil {
				return err
			}
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			list, failed := o.ListQuarantine(cmd.Context(), typ)
			return errors.Join(printItems(cmd, cli.First(f, list, itemTime), unless(failed, "nothing is quarantined")), failed)
		},
	}
	cli.TypeFlag(cmd, &typ, "only requests")
	f.AddSince(cmd, "only requests received")
	f.AddLimit(cmd, 0, "how many at most, the first")
	cli.WideFlag(cmd)
	cli.StackFlag(cmd)
	return cmd
}

// endpointFlag adds the flag that names one of several endpoints.
func endpointFlag(cmd *cobra.Command, endpoint *string) {
	cmd.Flags().StringVar(endpoint, "endpoint", "", "the endpoint it was posted to, if it is quarantined for several")
	cli.StackFlag(cmd)
}

// findQuarantined is FindQuarantined with a usage error for an id that needs
// --endpoint.
func findQuarantined(ctx context.Context, o *operator.Operator, endpoint, id string) (event.Quarantined, error) {
	q, err := o.FindQuarantined(ctx, endpoint, id)
	var several operator.AmbiguousError
	if errors.As(err, &several) {
		return q, cli.Usage("%w", err)
	}
	return q, err
}

// printQuarantined says what would happen to a quarantined request.
func printQuarantined(cmd *cobra.Command, q event.Quarantined, sentence string) error {
	if cli.WantsJSON(cmd) {
		return cli.PrintJSON(cmd.OutOrStdout(), map[string]any{"event": q.ID, "reason": q.Reason, "became": event.StatusQuarantined})
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), cli.Line(sentence))
	return err
}

// printResult says what was done with a quarantined request.
func printResult(cmd *cobra.Command, id, result string) error {
	if cli.WantsJSON(cmd) {
		return cli.PrintJSON(cmd.OutOrStdout(), map[string]any{"event": id, "became": result})
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s is %s\n", cli.Line(id), result)
	return err
}
