package journal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/money"
)

// PayoutCheck compares a payout with what is posted and with what Stripe says
// it is made of. Without a Problem it reconciles, or there is nothing to
// compare it with, which the Note says.
type PayoutCheck struct {
	Payout string `json:"payout"`
	event.Scope
	Currency string    `json:"currency"`
	At       time.Time `json:"at"`
	Amount   int64     `json:"amount"`
	Posted   int64     `json:"posted"` // to the bank; 0 once it is reversed
	Settled
	Difference int64  `json:"difference"` // the amount less the net of its transactions
	Problem    string `json:"problem,omitempty"`
	Note       string `json:"note,omitempty"`

	status    string
	automatic bool
	known     bool // there is a row of it
	sent      bool // its own posting is there
	settled   bool
}

// checks are payouts by scope and id.
type checks map[payoutRef]*PayoutCheck

type payoutRef struct {
	event.Scope
	payout string
}

// checkPayouts checks the payouts that were made in the month.
func checkPayouts(ps []Posting, payouts []Payout, month string, zone *time.Location) []PayoutCheck {
	found := checks{}
	for _, p := range payouts {
		found.payout(p)
	}
	for _, p := range ps {
		if strings.HasPrefix(p.Memo.Source, "po_") && (p.Memo.Category == "payout" || p.Memo.Category == "payout_reversal") {
			found.posting(p)
		}
	}
	all := []PayoutCheck{}
	for _, c := range found {
		if c.At.In(zone).Format("2006-01") == month {
			c.judge()
			all = append(all, *c)
		}
	}
	slices.SortFunc(all, func(a, b PayoutCheck) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Payout, b.Payout), cmp.Compare(a.Text(), b.Text()))
	})
	return all
}

func (cs checks) payout(p Payout) {
	c := &PayoutCheck{
		Payout: p.Payout, Scope: p.Scope, Currency: p.Currency, At: p.At,
		Amount: p.Amount, status: p.Status, automatic: p.Automatic, known: true,
	}
	if p.Settles != nil {
		c.Settled, c.settled = *p.Settles, true
	}
	cs[payoutRef{p.Scope, p.Payout}] = c
}

func (cs checks) posting(p Posting) {
	ref := payoutRef{p.Scope, p.Memo.Source}
	if cs[ref] == nil {
		cs[ref] = &PayoutCheck{Payout: p.Memo.Source, Scope: p.Scope, Currency: p.Currency, At: p.At}
	}
	cs[ref].posting(p)
}

func (c *PayoutCheck) posting(p Posting) {
	c.Posted += p.Balance(Bank)
	if !c.known && p.Memo.Category == "payout" {
		c.Amount, c.At, c.sent = p.Balance(Bank), p.At, true
	}
}

// guess completes what no event reported from what was pulled.
func (c *PayoutCheck) guess() {
	switch {
	case c.known:
	case !c.sent: // a payout that takes money from the bank
		c.Amount = c.Posted
	case c.Posted == 0:
		c.status = "failed"
	}
}

func (c *PayoutCheck) judge() {
	c.guess()
	text := func(minor int64) string { return money.Amount{Minor: minor, Currency: c.Currency}.String() }
	reversed := c.status == "failed" || c.status == "canceled"
	switch {
	case reversed && c.Posted != 0:
		c.Problem = c.status + ", and nothing that reverses it is posted yet"
		return
	case reversed:
		c.Note = c.status + " and reversed"
		return
	case c.Posted != c.Amount:
		c.Problem = fmt.Sprintf("%s are posted to the bank, expected %s", text(c.Posted), text(c.Amount))
		return
	case !c.settled && c.known && !c.automatic:
		c.Note = "manual: Stripe does not say what is in it"
		return
	case !c.settled:
		c.Note = "not reconciled by Stripe yet"
		return
	}
	if c.Difference = c.Amount - c.Net; c.Difference != 0 {
		c.Problem = fmt.Sprintf("its %d transactions come to %s, which is %s off", c.Transactions, text(c.Net), text(c.Difference))
	}
}
