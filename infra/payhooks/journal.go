package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/journal"
	"github.com/payhooks/payhooks/internal/money"
	"github.com/spf13/cobra"
)

func journalCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "journal", Short: "The books: one balanced posting per balance transaction", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			ps, err := postings(cmd.Context(), c)
			if err != nil {
				return err
			}
			return printJournal(cmd, ps)
		},
	}
	stackFlags(cmd)
	return cmd
}

// postings reads the journal in the order of its times.
func postings(ctx context.Context, c *connection) ([]journal.Posting, error) {
	ps, err := scan[journal.Posting](ctx, c, journal.Table)
	slices.SortFunc(ps, func(a, b journal.Posting) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Fact, b.Fact)) })
	return ps, err
}

// scan reads all rows of a state table, in no order.
func scan[T any](ctx context.Context, c *connection, table string) (all []T, err error) {
	var bad error
	err = c.Tables.Scan(ctx, table, func(key string, it event.Row) bool {
		var row T
		if err := json.Unmarshal(it.Data, &row); err != nil {
			bad = fmt.Errorf("row %s: %w", key, err)
			return false
		}
		all = append(all, row)
		return true
	})
	if err = errors.Join(err, bad); err != nil {
		return nil, fmt.Errorf("read %s: %w", table, err)
	}
	return all, nil
}

// printJournal has a line of the table for each entry.
func printJournal(cmd *cobra.Command, ps []journal.Posting) error {
	out := newRows(cmd, "AT", "FACT", "ACCOUNT", "DEBIT", "CREDIT", "CURRENCY", "MEMO")
	for _, p := range ps {
		at, fact, memo := p.At.Format(time.RFC3339), p.Fact, memoText(p)
		if wantsJSON(cmd) || len(p.Entries) == 0 {
			if err := out.add(p, at, fact, "", "", "", strings.ToUpper(p.Currency), memo); err != nil {
				return err
			}
			continue
		}
		for _, e := range p.Entries {
			if err := out.add(p, at, fact, e.Account, side(e.Debit, p.Currency), side(e.Credit, p.Currency), strings.ToUpper(p.Currency), memo); err != nil {
				return err
			}
			at, fact, memo = "", "", ""
		}
	}
	return out.flush("nothing is posted")
}

func memoText(p journal.Posting) string {
	text := strings.TrimSpace(p.Memo.Category + " " + p.Memo.Source)
	if s := p.Memo.Seen; s != nil && s.Currency != p.Currency {
		text += ", seen as " + money.Amount{Minor: s.Amount, Currency: s.Currency}.String()
	}
	if !p.Livemode {
		text += " (test)"
	}
	return text
}

// side is an amount of one side of an entry; nothing where there is none.
func side(minor int64, currency string) string {
	if minor == 0 {
		return ""
	}
	return number(minor, currency)
}

func number(minor int64, currency string) string {
	return money.Amount{Minor: minor, Currency: currency}.Number()
}
