package judge

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/demo"
	"github.com/payhooks/payhooks/infra/shop/command"
	"github.com/payhooks/payhooks/infra/shop/story"
	"github.com/payhooks/payhooks/internal/money"
)

// books: every account's balance is the stories', each posting balances, and each
// payout reconciles. They are a table of the report.
func (ms months) books(r *demo.Review) error {
	a, each := r.Area("books"), map[string]story.Books{} // by API version
	if err := ms.posted(r, a, each); err != nil {
		return err
	}
	all, want := story.Books{}, story.Books{}
	for _, m := range ms {
		all.Add(each[m.version])
		a.End(m.version, "books", each[m.version])
	}
	for _, s := range ms.stories() {
		want.Add(s.Books)
	}
	for currency, accounts := range want {
		for account, sum := range accounts {
			r.Compare(a, currency+" "+account, all[currency][account], sum)
		}
	}
	r.Tables = append(r.Tables, demo.Table{Key: "books", Value: all, Print: func(out io.Writer) { printBooks(out, all) }})
	return ms.payouts(r, a)
}

// posted adds up the journal by API version.
func (ms months) posted(r *demo.Review, a *demo.Area, each map[string]story.Books) error {
	ps, err := command.ReadPostings(r.Cmd.Context(), r.Stack)
	if err != nil {
		return err
	}
	versions := ms.transactions()
	for _, p := range ps {
		a.Counts["postings"]++
		v := versions[p.Fact]
		if each[v] == nil {
			each[v] = story.Books{}
		}
		var sum int64
		for _, e := range p.Entries {
			sum += e.Debit - e.Credit
			each[v].Add(story.Books{p.Currency: {e.Account: e.Debit - e.Credit}})
		}
		if sum != 0 {
			r.Break("posting %s is %d off", p.Fact, sum)
		}
	}
	return nil
}

// transactions maps the objects of the stories to the API version of their month.
func (ms months) transactions() map[string]string {
	of := map[string]string{}
	ms.each(func(m month, _ int, s story.Story) {
		for _, o := range s.Objects {
			if id, ok := o["id"].(string); ok {
				of[id] = m.version
			}
		}
	})
	return of
}

// payouts: the amount that Stripe paid out is the amount that was posted, in every
// calendar month of the stories.
func (ms months) payouts(r *demo.Review, a *demo.Area) error {
	now := time.Now().UTC()
	names := map[string]bool{now.Format("2006-01"): true, now.Add(-12 * time.Hour).Format("2006-01"): true}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		report, err := command.ReadReport(r.Cmd.Context(), r.Stack, name, time.UTC)
		if err != nil {
			return err
		}
		for _, p := range report.Payouts {
			a.Counts["payouts"]++
			if p.Problem != "" {
				r.Break("payout does not reconcile: %s", demo.Text(p))
			}
		}
		if !report.Balanced() {
			r.Break("the trial balance of %s is not zero", name)
		}
	}
	a.Expected++
	if a.Counts["payouts"] >= len(ms) {
		a.Matched++
	} else {
		r.Break("%d payouts, expected at least one per month", a.Counts["payouts"])
	}
	return nil
}

// printBooks prints the trial balance: the balance of every account, debits
// positive, and the sum of each currency.
func printBooks(out io.Writer, b story.Books) {
	var accounts []string
	for _, balances := range b {
		accounts = slices.AppendSeq(accounts, maps.Keys(balances))
	}
	slices.Sort(accounts)
	accounts = slices.Compact(accounts)
	header := []any{"BOOKS"}
	for _, a := range accounts {
		header = append(header, strings.ToUpper(a))
	}
	t := cli.NewTable(append(header, "SUM")...)
	for _, currency := range slices.Sorted(maps.Keys(b)) {
		row, sum := []any{strings.ToUpper(currency)}, int64(0)
		for _, a := range accounts {
			row = append(row, money.Amount{Minor: b[currency][a], Currency: currency}.Number())
			sum += b[currency][a]
		}
		t.AppendRow(append(row, money.Amount{Minor: sum, Currency: currency}.Number()))
	}
	fmt.Fprintln(out, t.Render())
}
