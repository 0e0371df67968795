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

// JournalColumns are those of a list of postings.
var JournalColumns = []string{"AT", "FACT", "ACCOUNT", "DEBIT", "CREDIT", "SCOPE", "MEMO"}

// NothingPosted is said of an empty journal.
const NothingPosted = "nothing is posted"

func journalCommand() *cobra.Command {
	var f cli.ListFlags
	cmd := &cobra.Command{
		Use: "journal", Short: "List the journal: one balanced posting per balance transaction", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.Check(time.Now()); err != nil {
				return err
			}
			c, err := cli.Open(cmd)
			if err != nil {
				return err
			}
			ps, err := ReadPostings(cmd.Context(), c)
			if err != nil {
				return err
			}
			return printJournal(cmd, ps, f)
		},
	}
	f.AddSince(cmd, "only postings of transactions made")
	f.AddLimit(cmd, 0, "how many postings at most, the latest")
	f.AddMinor(cmd)
	f.Scope.Add(cmd, "only postings")
	cli.WideFlag(cmd)
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
func printJournal(cmd *cobra.Command, ps []journal.Posting, f cli.ListFlags) error {
	ps = slices.DeleteFunc(ps, func(p journal.Posting) bool { return !f.Scope.Matches(p.Scope) })
	columns := header(JournalColumns)
	if f.Minor {
		columns = append(columns, "CURRENCY")
	}
	out := cli.NewRows(cmd, columns...)
	for _, p := range cli.Latest(f, ps, func(p journal.Posting) time.Time { return p.At }) {
		if err := addPosting(cmd, out, p, f, len(columns)); err != nil {
			return err
		}
	}
	return out.Flush(NothingPosted)
}

func addPosting(cmd *cobra.Command, out *cli.Rows, p journal.Posting, f cli.ListFlags, columns int) error {
	at, fact, scope, memo := cli.Time(p.At), p.Fact, p.Text(), MemoText(p)
	entries := p.Entries
	if cli.WantsJSON(cmd) || len(entries) == 0 {
		entries = []journal.Entry{{}}
	}
	amount := func(n int64) any {
		if n == 0 {
			return ""
		}
		return f.Money(n, p.Currency)
	}
	for _, e := range entries {
		cells := []any{at, fact, e.Account, amount(e.Debit), amount(e.Credit), scope, memo, p.Currency}
		if err := out.Add(p, cells[:columns]...); err != nil {
			return err
		}
		at, fact, scope, memo = "", "", "", ""
	}
	return nil
}

// MemoText is what helps to read a posting.
func MemoText(p journal.Posting) string {
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
