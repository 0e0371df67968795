package main

import (
	"time"

	"github.com/payhooks/payhooks/infra/story"
)

// books: every account stands where the stories put it, each posting balances,
// and each payout reconciles.
func (j *judge) books() error {
	ps, err := postings(j.cmd.Context(), j.c)
	if err != nil {
		return err
	}
	of := map[string]month{} // transaction to month
	want := story.Books{}
	j.each(func(m month, _ int, s story.Story) {
		want.Add(s.Books)
		for _, o := range s.Objects {
			if id, ok := o["id"].(string); ok {
				of[id] = m
			}
		}
	})
	a, each := j.area("books"), map[string]story.Books{}
	for _, p := range ps {
		a.Counts["postings"]++
		var sum int64
		for _, e := range p.Entries {
			sum += e.Debit - e.Credit
			v := of[p.Fact].version
			if each[v] == nil {
				each[v] = story.Books{}
			}
			each[v].Add(story.Books{p.Currency: {e.Account: e.Debit - e.Credit}})
		}
		if sum != 0 {
			j.broken("posting %s is %d off", p.Fact, sum)
		}
	}
	for _, m := range j.months {
		j.Books.Add(each[m.version])
		a.end(m, "books", each[m.version])
	}
	for currency, accounts := range want {
		for account, sum := range accounts {
			j.hold(a, currency+" "+account, j.Books[currency][account], sum)
		}
	}
	return j.payouts(a)
}

// payouts: what Stripe paid out is what was posted, in every month of a
// calendar that the stories are in.
func (j *judge) payouts(a *area) error {
	now := time.Now().UTC()
	names := map[string]bool{now.Format("2006-01"): true, now.Add(-12 * time.Hour).Format("2006-01"): true}
	for _, name := range sortedKeys(names) {
		r, err := reportOf(j.cmd, j.c, name, time.UTC)
		if err != nil {
			return err
		}
		for _, p := range r.Payouts {
			a.Counts["payouts"]++
			if p.Problem != "" {
				j.broken("payout does not reconcile: %s", asJSON(p))
			}
		}
		if !r.Balanced() {
			j.broken("the trial balance of %s is not zero", name)
		}
	}
	a.Told++
	if a.Counts["payouts"] >= len(j.months) {
		a.AsTold++
	} else {
		j.broken("%d payouts, told one a currency and month", a.Counts["payouts"])
	}
	return nil
}
