package journal

import (
	"cmp"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// PayoutTable holds one row per payout, and PayoutKind is the kind of its rows.
const (
	PayoutTable = "payouts"
	PayoutKind  = "payout"
)

// Payout is money on its way to the bank, and what Stripe says it is made of.
type Payout struct {
	Payout string `json:"payout"`
	event.Scope
	Currency  string    `json:"currency"`
	Amount    int64     `json:"amount"`
	At        time.Time `json:"at"` // created
	Automatic bool      `json:"automatic"`
	Status    string    `json:"status"`
	Settles   *Settled  `json:"settles,omitempty"` // known once Stripe completed its reconciliation
}

// Settled is the sum of the balance transactions that a payout pays out, its
// own left out.
type Settled struct {
	Transactions int   `json:"transactions"`
	Net          int64 `json:"net"`
}

// Settle sums up all transactions that Stripe lists for a payout.
func Settle(payout string, all []Transaction) Settled {
	var s Settled
	for _, t := range all {
		if t.Source != payout {
			s.Transactions++
			s.Net += t.Net
		}
	}
	return s
}

// Plus adds two parts of one listing.
func (s Settled) Plus(o Settled) Settled {
	return Settled{s.Transactions + o.Transactions, s.Net + o.Net}
}

// MergePayout adds what an event reports of a payout, and what was listed for it,
// nil for nothing.
func MergePayout(old Payout, e facts.Event, listed *Settled) Payout {
	p := e.Payout
	now := Payout{
		Payout: p.ID, Scope: e.Scope, Currency: p.Currency, Amount: p.Amount,
		At: p.Created, Automatic: p.Automatic, Status: old.Status, Settles: old.Settles,
	}
	status := p.Status
	if said, ok := payoutTypes[e.Type]; ok {
		status = said
	}
	if payoutRank[status] > payoutRank[old.Status] {
		now.Status = status
	}
	if listed != nil && (old.Settles == nil || more(*listed, *old.Settles)) {
		now.Settles = listed
	}
	return now
}

// payoutTypes has the status that an event's type stands for, whatever its object
// says.
var payoutTypes = map[string]string{"payout.failed": "failed", "payout.canceled": "canceled", "payout.paid": "paid"}

// payoutRank orders a payout's life: what is paid may still come back.
var payoutRank = map[string]int{"pending": 1, "in_transit": 2, "paid": 3, "canceled": 4, "failed": 5}

// more decides between two listings, whichever came first.
func more(a, b Settled) bool {
	return cmp.Or(cmp.Compare(a.Transactions, b.Transactions), cmp.Compare(a.Net, b.Net)) > 0
}
