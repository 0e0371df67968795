package facts

import (
	"cmp"
	"time"
)

// Dispute is a customer's bank taking, or threatening to take, money back. A
// status that starts with warning_ is an inquiry: no money moved.
type Dispute struct {
	ID                  string
	Charge              string
	PaymentIntent       string
	Status              string
	Amount              int64
	Currency            string
	Reason              string
	DueBy               time.Time // evidence must be in by then; zero if none can be
	BalanceTransactions []string
	Created             time.Time
}

// Review is Radar or a person holding a payment for a look.
type Review struct {
	ID            string
	Charge        string
	PaymentIntent string
	Open          bool
	OpenedReason  string
	ClosedReason  string // approved, refunded, refunded_as_fraud, disputed, redacted, canceled, ...
	Reason        string
	Created       time.Time
}

// EarlyFraudWarning is a card network saying that a charge may be fraud.
type EarlyFraudWarning struct {
	ID            string
	Charge        string
	PaymentIntent string
	Actionable    bool
	FraudType     string
	Created       time.Time
}

func dispute(n node) *Dispute {
	d := &Dispute{
		ID:            n.text("id"),
		Charge:        n.id("charge"),
		PaymentIntent: n.id("payment_intent"),
		Status:        n.text("status"),
		Amount:        n.integer("amount"),
		Currency:      n.text("currency"),
		Reason:        n.text("reason"),
		DueBy:         cmp.Or(n.in("evidence_details").time("due_by"), n.time("evidence_due_by")),
		Created:       n.time("created"),
	}
	d.BalanceTransactions = transactionsOf(n)
	return d
}

func review(n node) *Review {
	return &Review{
		ID:            n.text("id"),
		Charge:        n.id("charge"),
		PaymentIntent: n.id("payment_intent"),
		Open:          n.flag("open"),
		OpenedReason:  n.text("opened_reason"),
		ClosedReason:  n.text("closed_reason"),
		Reason:        n.text("reason"),
		Created:       n.time("created"),
	}
}

func warning(n node) *EarlyFraudWarning {
	return &EarlyFraudWarning{
		ID:            n.text("id"),
		Charge:        n.id("charge"),
		PaymentIntent: n.id("payment_intent"),
		Actionable:    n.flag("actionable"),
		FraudType:     n.text("fraud_type"),
		Created:       n.time("created"),
	}
}
