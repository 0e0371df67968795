// Package journal keeps the books of what Stripe holds for a business: double
// entry, one posting per balance transaction, in the currency that Stripe
// settles it in.
//
// A posting depends on its balance transaction alone, so it does not matter
// whether an event or the pull brings it, when, or how often. Every posting
// balances; so does every set of them.
package journal

import (
	"cmp"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Table holds one row per balance transaction, and Kind is the kind of its rows.
const (
	Table = "journal"
	Kind  = "transaction"
)

// Transaction is a balance transaction as Stripe reports it. Amounts are Stripe's
// integers; Amount and Net are positive for money that came to the balance.
type Transaction struct {
	ID           string    `json:"id"`
	Amount       int64     `json:"amount"`
	Fee          int64     `json:"fee"` // negative when a fee is given back
	Net          int64     `json:"net"`
	Currency     string    `json:"currency"`
	Created      time.Time `json:"created"`
	Category     string    `json:"category"` // reporting_category
	Type         string    `json:"type"`
	Source       string    `json:"source,omitempty"`        // ch_…, re_…, po_…
	ExchangeRate string    `json:"exchange_rate,omitempty"` // from what the customer saw
}

// Posting is one row of the journal.
type Posting struct {
	Fact string    `json:"fact"` // the balance transaction
	At   time.Time `json:"at"`   // its created, UTC
	event.Scope
	Currency string  `json:"currency"`
	Entries  []Entry `json:"entries"`
	Memo     Memo    `json:"memo"`
}

// Entry is one line of a posting. Of debit and credit one is 0, and neither is
// ever negative.
type Entry struct {
	Account string `json:"account"`
	Debit   int64  `json:"debit"`
	Credit  int64  `json:"credit"`
}

// Memo is what helps to read a posting and has no part in any sum.
type Memo struct {
	Category     string `json:"category,omitempty"`
	Type         string `json:"type,omitempty"`
	Source       string `json:"source,omitempty"`
	ExchangeRate string `json:"exchange_rate,omitempty"`
	Seen         *Seen  `json:"seen,omitempty"`
}

// Seen is an amount as the customer saw it, in the customer's currency.
type Seen struct {
	Amount    int64  `json:"amount"`
	Currency  string `json:"currency"`
	Presented bool   `json:"presented,omitempty"` // Stripe says that it was this one
}

// Post makes the posting of a transaction that changed the scope's balance. Seen
// may be nil.
func Post(t Transaction, s event.Scope, seen *Seen) Posting {
	category := cmp.Or(t.Category, t.Type, "unspecified")
	return Posting{
		Fact: t.ID, At: t.Created.UTC().Truncate(time.Second), Scope: s, Currency: t.Currency,
		Entries: entries(t, counterAccount(category)),
		Memo:    Memo{Category: category, Type: t.Type, Source: t.Source, ExchangeRate: t.ExchangeRate, Seen: seen},
	}
}

// entries are the sides of a transaction: what the balance gained is a debit,
// where it came from a credit. Lines of one account are one line, and a line of
// nothing is none.
func entries(t Transaction, counter string) []Entry {
	var of lines
	of.debit(StripeBalance, t.Net)
	of.debit(counter, -t.Amount)
	of.debit(Fees, t.Fee)
	of.debit(Suspense, t.Amount-t.Fee-t.Net)
	all := []Entry{}
	for _, l := range of {
		switch {
		case l.amount > 0:
			all = append(all, Entry{Account: l.account, Debit: l.amount})
		case l.amount < 0:
			all = append(all, Entry{Account: l.account, Credit: -l.amount})
		}
	}
	return all
}

// lines are sums by account, debits positive, in the order of their coming.
type lines []struct {
	account string
	amount  int64
}

func (ls *lines) debit(account string, amount int64) {
	for i := range *ls {
		if (*ls)[i].account == account {
			(*ls)[i].amount += amount
			return
		}
	}
	*ls = append(*ls, struct {
		account string
		amount  int64
	}{account, amount})
}

// Balance is what the posting adds to an account, debits positive.
func (p Posting) Balance(account string) (sum int64) {
	for _, e := range p.Entries {
		if e.Account == account {
			sum += e.Debit - e.Credit
		}
	}
	return sum
}
