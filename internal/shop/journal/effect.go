package journal

import (
	"strings"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/money"
)

// effect is the posting in a few words, for people: "txn_1: sales 48.73, fees 0.71 EUR".
// What the Stripe balance gained is what the others say. Fees, refunds, disputes and
// payouts are positive for money that left, as in the report.
func (p Posting) effect() string {
	var parts []string
	for _, e := range p.Entries {
		if e.Account == StripeBalance {
			continue
		}
		n := e.Credit - e.Debit
		switch e.Account {
		case Fees, Refunds, Disputes, Bank:
			n = -n
		}
		parts = append(parts, e.Account+" "+money.Amount{Minor: n, Currency: p.Currency}.Number())
	}
	if len(parts) == 0 {
		return p.Fact
	}
	return strings.TrimSpace(p.Fact + ": " + strings.Join(parts, ", ") + " " + money.Amount{Currency: p.Currency}.Code())
}

// payoutEffect is what an event does that reports a payout and posts nothing.
func payoutEffect(p facts.Payout) string {
	return "payout of " + money.Amount{Minor: p.Amount, Currency: p.Currency}.String() + " is " + strings.ReplaceAll(p.Status, "_", " ")
}
