package facts

import "time"

// Payout is money on its way from the Stripe balance to a bank account or card.
type Payout struct {
	ID                        string
	Status                    string // pending, in_transit, paid, failed, canceled
	Amount                    int64
	Currency                  string
	Automatic                 bool // Stripe says what is in it
	BalanceTransaction        string
	FailureBalanceTransaction string
	ArrivalDate               time.Time
	Created                   time.Time
}

func payout(n node) *Payout {
	return &Payout{
		ID:                        n.text("id"),
		Status:                    n.text("status"),
		Amount:                    n.integer("amount"),
		Currency:                  n.text("currency"),
		Automatic:                 n.flag("automatic"),
		BalanceTransaction:        n.id("balance_transaction"),
		FailureBalanceTransaction: n.id("failure_balance_transaction"),
		ArrivalDate:               n.time("arrival_date"),
		Created:                   n.time("created"),
	}
}
