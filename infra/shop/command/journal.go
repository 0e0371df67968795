package command

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/money"
	"github.com/payhooks/payhooks/internal/shop/journal"
)

func journalCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "journal", Short: "List the journal: one balanced posting per balance transaction", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := cli.Open(cmd)
			if err != nil {
				return err
			}
			ps, err := ReadPostings(cmd.Context(), c)
			if err != nil {
				return err
			}
			return printJournal(cmd, ps)
		},
	}
	cli.StackFlag(cmd)
	return cmd
}

// ReadPostings reads the journal in the order of its times.
func ReadPostings(ctx context.Context, c *cli.Target) ([]journal.Posting, error) {
	ps, err := cli.Scan[journal.Posting](ctx, c, journal.Table, journal.Kind)
	slices.SortFunc(ps, func(a, b journal.Posting) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Fact, b.Fact), cmp.Compare(a.Text(), b.Text()))
	})
	return ps, err
}

// printJournal has a line of the table for each entry.
func printJournal(cmd *cobra.Command, ps []journal.Posting) error {
	out := cli.NewRows(cmd, "AT", "FACT", "ACCOUNT", "DEBIT", "CREDIT", "CURRENCY", "SCOPE", "MEMO")
	for _, p := range ps {
		at, fact, scope, memo := p.At.Format(time.RFC3339), p.Fact, p.Text(), memoText(p)
		if cli.WantsJSON(cmd) || len(p.Entries) == 0 {
			if err := out.Add(p, at, fact, "", "", "", strings.ToUpper(p.Currency), scope, memo); err != nil {
				return err
			}
			continue
		}
		for _, e := range p.Entries {
			if err := out.Add(p, at, fact, e.Account, side(e.Debit, p.Currency), side(e.Credit, p.Currency), strings.ToUpper(p.Currency), scope, memo); err != nil {
				return err
			}
			at, fact, scope, memo = "", "", "", ""
		}
	}
	return out.Flush("nothing is posted")
}

func memoText(p journal.Posting) string {
	text := strings.TrimSpace(p.Memo.Category + " " + p.Memo.Source)
	if s := p.Memo.Seen; s != nil && s.Currency != p.Currency {
		text += ", seen as " + money.Amount{Minor: s.Amount, Currency: s.Currency}.String()
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
