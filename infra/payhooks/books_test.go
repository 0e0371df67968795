package main

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/infra/story"
	"github.com/payhooks/payhooks/internal/journal"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// booksAt sums up the journal of a stack; every posting must balance.
func booksAt(t *testing.T, c *connection) story.Books {
	t.Helper()
	ps, err := postings(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	all := story.Books{}
	for _, p := range ps {
		var sum int64
		for _, e := range p.Entries {
			sum += e.Debit - e.Credit
			all.Add(story.Books{p.Currency: {e.Account: e.Debit - e.Credit}})
		}
		if sum != 0 {
			t.Errorf("%s is %d off", p.Fact, sum)
		}
	}
	return all
}

// tellMonth puts the stories of a month, closed, into the stack's Stripe and
// posts their events in disorder.
func tellMonth(t *testing.T, c *connection, version string) []story.Story {
	t.Helper()
	now := time.Now()
	all := story.Shop(9, 28, version, now.Add(-time.Hour))
	all = append(all, story.Close(9, all, version, now.Add(-time.Minute)))
	if err := teach(t.Context(), c.Local.StandIn, all); err != nil {
		t.Fatal(err)
	}
	if err := postAll(t.Context(), c.Local.API, story.Disorder(9, all, 40)); err != nil {
		t.Fatal(err)
	}
	if err := c.settle(t.Context(), 2*time.Minute); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAMonthEndsInTheSameReconciledBooksInBothVersions(t *testing.T) {
	for _, version := range story.Versions() {
		t.Run(version, func(t *testing.T) {
			c := startStack(t, "../..")
			stories := tellMonth(t, c, version)
			// Stripe's own fee is announced by no event.
			if _, err := c.reconcile(command(t), reconcile.Request{Now: true}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(story.BooksOf(stories), booksAt(t, c)); diff != "" {
				t.Errorf("books (-want +got):\n%s", diff)
			}
			r, err := reportOf(command(t), c, time.Now().UTC().Format("2006-01"), time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			settled := 0
			for _, p := range r.Payouts {
				if p.Problem != "" {
					text, _ := json.Marshal(p)
					t.Errorf("payout does not reconcile: %s", text)
				}
				if p.Transactions > 0 {
					settled++
				}
			}
			if !r.Balanced() || settled < 2 {
				t.Errorf("balanced %t with %d payouts settled, want books that balance and one payout a currency", r.Balanced(), settled)
			}
			s, err := runAudit(command(t), c, "post-journal", false)
			if err != nil || s.Differences != 0 {
				t.Errorf("audit finds %+v, %v", s, err)
			}
			if rows, err := scan[journal.Payout](t.Context(), c, journal.PayoutTable); err != nil || len(rows) != len(r.Payouts) {
				t.Errorf("%d payouts are kept, %d reported, %v", len(rows), len(r.Payouts), err)
			}
		})
	}
}
