package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/reconcile"
	"github.com/spf13/cobra"
)

// backfillSummary is the result of `payhooks backfill`.
type backfillSummary struct {
	Since       time.Time   `json:"since"`
	Until       time.Time   `json:"until"`
	Checked     int         `json:"checked"`  // events that Stripe lists
	Selected    int         `json:"selected"` // of them not stored when they were listed
	Stored      int         `json:"stored"`
	Quarantined int         `json:"quarantined"`
	DryRun      bool        `json:"dry_run"`
	Keyless     []string    `json:"keyless,omitempty"` // modes without an API key
	Sample      []neverCame `json:"sample,omitempty"`
}

// neverCame is an event that is only at Stripe: nothing has received it yet.
type neverCame struct {
	event.Facts
	Received time.Time `json:"received,omitzero"`
}

func backfillCommand() *cobra.Command {
	var since string
	var yes bool
	cmd := &cobra.Command{
		Use: "backfill --since TIME", Short: "Fetch events from before the stack was there, as far as Stripe lists them", Args: cobra.NoArgs,
		Long: "Fetch events from before the stack was there. Stripe lists the last 30 days. Without --yes it only\n" +
			"counts what is missing and shows some of it; with it, actions get these events like any other.",
		Example: "  payhooks backfill --since 2026-11-01\n  payhooks backfill --since 2026-11-01T08:00:00Z --yes",
		RunE: func(cmd *cobra.Command, _ []string) error {
			from, err := parseSince(since, time.Now())
			if err != nil {
				return err
			}
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			s, err := c.backfill(cmd, reconcile.Backfill{Since: from, Store: yes})
			if err != nil {
				return err
			}
			if wantsJSON(cmd) {
				return printJSON(cmd.OutOrStdout(), s)
			}
			return s.print(cmd.OutOrStdout(), from)
		},
	}
	cmd.Flags().StringVar(&since, "since", "", "a day or a time, as in 2026-11-01 or 2026-11-01T08:00:00Z")
	cmd.Flags().BoolVar(&yes, "yes", false, "store what is missing")
	stackFlags(cmd)
	return cmd
}

// parseSince takes a day in UTC or a time.
func parseSince(text string, now time.Time) (time.Time, error) {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		at, err = time.Parse(time.RFC3339, text)
	}
	switch {
	case err != nil:
		return at, usage("--since %q: expected a day or a time, for example 2026-11-01 or 2026-11-01T08:00:00Z", text)
	case !at.Before(now):
		return at, usage("--since %s is not in the past", text)
	}
	return at.UTC(), nil
}

// backfill asks the stack's function until it is done; each reply is the next
// request. Stopped in between, what was stored stays.
func (c *connection) backfill(cmd *cobra.Command, b reconcile.Backfill) (backfillSummary, error) {
	for !b.Done {
		r, err := c.reconcile(cmd, reconcile.Request{Backfill: &b})
		if err != nil {
			return backfillSummary{}, fmt.Errorf("%w; what was stored so far stays: run it again", err)
		}
		if r.Backfill == nil {
			return backfillSummary{}, errors.New("the stack's reconcile function is of an older version: deploy this one first")
		}
		b = *r.Backfill
		if !b.Done && !wantsJSON(cmd) {
			_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%d events listed, %d missing …\n", b.Listed, b.Missing)
		}
	}
	s := backfillSummary{
		Since: b.Since, Until: b.Until, Checked: b.Listed, Selected: b.Missing, Stored: b.Stored, Quarantined: b.Quarantined,
		DryRun: !b.Store, Keyless: b.Keyless,
	}
	for _, f := range b.Sample {
		s.Sample = append(s.Sample, neverCame{Facts: f})
	}
	return s, nil
}

func (s backfillSummary) print(out io.Writer, asked time.Time) error {
	var b strings.Builder
	if s.Since.After(asked) {
		fmt.Fprintf(&b, "Stripe lists 30 days: nothing before %s can be fetched\n", s.Since.Format(time.RFC3339))
	}
	for _, mode := range s.Keyless {
		fmt.Fprintf(&b, "no Stripe API key for %s mode: its events were not listed\n", mode)
	}
	fmt.Fprintf(&b, "%d events of subscribed types at Stripe from %s to %s: %d are not stored\n",
		s.Checked, s.Since.Format(time.RFC3339), s.Until.Format(time.RFC3339), s.Selected)
	for _, f := range s.Sample {
		fmt.Fprintf(&b, "  %s  %s  %s\n", f.ID, f.Created.Format(time.RFC3339), f.Type)
	}
	if n := s.Selected - len(s.Sample); n > 0 {
		fmt.Fprintf(&b, "  and %d more\n", n)
	}
	switch {
	case s.DryRun && s.Selected > 0:
		fmt.Fprintln(&b, "nothing was changed; --yes stores them")
	case !s.DryRun:
		fmt.Fprintf(&b, "%d stored, %d quarantined\n", s.Stored, s.Quarantined)
	}
	_, err := io.WriteString(out, b.String())
	return err
}
