package story_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/infra/shop/story"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/shop/journal"
	"github.com/payhooks/payhooks/internal/shop/lookup"
	"github.com/payhooks/payhooks/internal/stripeapi"
	"github.com/payhooks/payhooks/internal/webhook"
)

var begin = time.Unix(1763800000, 0)

// month is the stories of one with its close.
func month(version string) []story.Story {
	all := story.Shop(5, 36, version, begin)
	return append(all, story.Close(5, all, version, begin.AddDate(0, 0, 20)))
}

// stripe serves what the stories' objects are in the end.
func stripe(t *testing.T, stories []story.Story) lookup.Stripe {
	t.Helper()
	api := &fakestripe.API{}
	for _, s := range stories {
		for _, e := range s.Events {
			if err := api.PutEvents("", e.Body); err != nil {
				t.Fatal(err)
			}
		}
		for _, o := range s.Objects {
			body, err := json.Marshal(o)
			if err == nil {
				err = api.Put("", body)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	srv := httptest.NewServer(api)
	t.Cleanup(srv.Close)
	client := &stripeapi.Client{Base: srv.URL, Now: time.Now, Secret: func(context.Context) (string, error) { return "rk_test_1", nil }}
	return lookup.Stripe{Client: client}
}

// books sums up all that Stripe lists.
func books(t *testing.T, c lookup.Stripe, q journal.Query) story.Books {
	t.Helper()
	all := story.Books{}
	for {
		page, more, err := c.Transactions(t.Context(), event.Scope{}, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, tx := range page {
			p := journal.Post(tx, event.Scope{}, nil)
			for _, e := range p.Entries {
				all.Add(story.Books{p.Currency: {e.Account: e.Debit - e.Credit}})
			}
			q.After = tx.ID
		}
		if !more {
			return all
		}
	}
}

func TestListedTransactionsGiveExpectedBooksInBothVersions(t *testing.T) {
	var first story.Books
	for _, version := range story.Versions() {
		stories := month(version)
		want := story.BooksOf(stories)
		if diff := cmp.Diff(want, books(t, stripe(t, stories), journal.Query{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", version, diff)
		}
		for currency, accounts := range want {
			var sum int64
			for _, v := range accounts {
				sum += v
			}
			if sum != 0 || len(accounts) < 3 {
				t.Errorf("%s: %s adds up to %d over %v", version, currency, sum, accounts)
			}
		}
		if first == nil {
			first = want
		}
		if diff := cmp.Diff(first, want); diff != "" {
			t.Errorf("the versions expect different books:\n%s", diff)
		}
	}
}

func TestEveryTransactionThatAnEventNamesIsOneThatStripeHas(t *testing.T) {
	for _, version := range story.Versions() {
		stories := month(version)
		c := stripe(t, stories)
		known := map[string]bool{}
		for _, s := range stories {
			for _, o := range s.Objects {
				id, _ := o["id"].(string)
				known[id] = true
			}
			for _, sent := range s.Events {
				f, _ := webhook.Parse(sent.Body)
				var e facts.Event
				if err := e.DecodeEvent(f, sent.Body); err != nil {
					t.Fatal(err)
				}
				for _, n := range journal.NamedBy(e) {
					if _, err := c.Transaction(t.Context(), event.Scope{}, n.ID); err != nil || !known[n.ID] {
						t.Errorf("%s, %s names %s: %v", s.Title, sent.Type, n.ID, err)
					}
				}
			}
		}
	}
}

func TestEachPayoutIsMadeOfItsTransactions(t *testing.T) {
	stories := month(story.Versions()[0])
	c := stripe(t, stories)
	month, n := stories[len(stories)-1], 0
	for _, o := range month.Objects {
		if o["reporting_category"] != "payout" {
			continue
		}
		n++
		for currency, accounts := range books(t, c, journal.Query{Payout: o["source"].(string)}) {
			if currency != o["currency"] || accounts["stripe_balance"] != 0 {
				t.Errorf("%s leaves %d %s on the balance, want 0 %s", o["source"], accounts["stripe_balance"], currency, o["currency"])
			}
		}
	}
	if n < 2 {
		t.Errorf("%d payouts, want one of several currencies", n)
	}
}
