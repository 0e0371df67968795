package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/operator"
)

func backfillCommand() *cobra.Command {
	var since string
	var yes, anew bool
	cmd := &cobra.Command{
		Use: "backfill --since TIME", Short: "Store events created before the stack existed, up to 30 days back", Args: cobra.NoArgs,
		Long: "Store events created before the stack existed. Stripe lists the last 30 days. Without --yes it only\n" +
			"counts what is missing and shows some of it; with it, actions get these events like any other.\n" +
			"Ctrl-C stops it; the same command, within a day, continues where it stopped.",
		Example: "  payhooks backfill --since 2026-11-01\n  payhooks backfill --since 2026-11-01T08:00:00Z --yes",
		RunE: func(cmd *cobra.Command, _ []string) error {
			from, err := parseSince(since, time.Now())
			if err != nil {
				return err
			}
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			r, err := backfill(cmd, o, operator.Backfill{Since: from, Store: yes, Anew: anew})
			if cli.WantsJSON(cmd) {
				return errors.Join(cli.PrintJSON(cmd.OutOrStdout(), r), err)
			}
			if err != nil {
				return err
			}
			return printBackfill(cmd.OutOrStdout(), r, from)
		},
	}
	cmd.Flags().StringVar(&since, "since", "", "a day or a time, as in 2026-11-01 or 2026-11-01T08:00:00Z")
	cmd.Flags().BoolVar(&yes, "yes", false, "store what is missing")
	cmd.Flags().BoolVar(&anew, "anew", false, "begin anew, also if the same command was stopped")
	cli.StackFlag(cmd)
	return cmd
}

// backfill shows how far it is, and says what continues one that is stopped.
func backfill(cmd *cobra.Command, o *operator.Operator, b operator.Backfill) (operator.BackfillResult, error) {
	shown := cli.NewProgress(cmd, "events listed", 0)
	listed := 0
	b.Resume = func(r operator.BackfillResult) {
		listed = r.Listed
		shown.Say(fmt.Sprintf("continues where it stopped, after %s; --anew begins anew", backfilled(r)))
	}
	b.Progress = func(r operator.BackfillResult) {
		shown.Note(fmt.Sprintf("%d missing, %d stored", r.Missing, r.Stored))
		shown.Add(r.Listed - listed)
		listed = r.Listed
	}
	r, err := o.Backfill(cmd.Context(), b)
	shown.End()
	if errors.Is(err, context.Canceled) {
		err = errors.New("stopped")
	}
	if err != nil {
		err = fmt.Errorf("%w after %s; the same command continues there", err, backfilled(r))
	}
	return r, err
}

func backfilled(r operator.BackfillResult) string {
	return fmt.Sprintf("%s listed, %d missing, %d stored", cli.Count(r.Listed, "event", "events"), r.Missing, r.Stored)
}

// parseSince takes a day in UTC or a time.
func parseSince(text string, now time.Time) (time.Time, error) {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		at, err = time.Parse(time.RFC3339, text)
	}
	switch {
	case err != nil:
		return at, cli.Usage("--since %q: expected a day or a time, for example 2026-11-01 or 2026-11-01T08:00:00Z", text)
	case !at.Before(now):
		return at, cli.Usage("--since %s is not in the past", text)
	}
	return at.UTC(), nil
}

func printBackfill(out io.Writer, r operator.BackfillResult, asked time.Time) error {
	var b strings.Builder
	if r.Since.After(asked) {
		fmt.Fprintf(&b, "Stripe lists 30 days: nothing before %s can be fetched\n", cli.Time(r.Since))
	}
	for _, mode := range r.Keyless {
		fmt.Fprintf(&b, "no Stripe API key for %s mode: its events were not listed\n", mode)
	}
	if r.Denied > 0 {
		fmt.Fprintln(&b, thinDenied)
	}
	fmt.Fprintf(&b, "%s of subscribed types at Stripe from %s to %s: %s\n",
		cli.Count(r.Listed, "event", "events"), cli.Time(r.Since), cli.Time(r.Until), cli.Count(r.Missing, "is not stored", "are not stored"))
	for _, f := range r.Sample {
		fmt.Fprintf(&b, "  %s  %s  %s\n", cli.Line(f.ID), cli.Time(f.Created), cli.Line(f.Type))
	}
	if n := r.Missing - len(r.Sample); n > 0 {
		fmt.Fprintf(&b, "  and %d more\n", n)
	}
	switch {
	case r.DryRun && r.Missing > 0:
		fmt.Fprintln(&b, "nothing was changed; --yes stores them")
	case !r.DryRun:
		fmt.Fprintf(&b, "%d stored, %d quarantined\n", r.Stored, r.Quarantined)
	}
	_, err := io.WriteString(out, b.String())
	return err
}
