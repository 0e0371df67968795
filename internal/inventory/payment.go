package inventory

import (
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/order"
)

// Payment is the row of one payment intent: what only its own events tell of
// the session that made it. Money that was authorised first is captured or let
// go without another event of the session, and a refund names no session.
type Payment struct {
	Payment  string `json:"payment"`
	Account  string `json:"account,omitempty"`
	Livemode bool   `json:"livemode"`
	Paid     bool   `json:"paid,omitempty"`
	Received int64  `json:"received,omitempty"`
	Canceled bool   `json:"canceled,omitempty"`
	// Refunds are those that may restock, by the rules of package order.
	Refunds *order.Order `json:"refunds,omitempty"`
}

// MergePayment returns old with what e says; see MergeSession.
func MergePayment(old Payment, e facts.Event) Payment {
	intent := ""
	switch {
	case e.PaymentIntent != nil:
		intent = e.PaymentIntent.ID
		old.Received = max(old.Received, e.PaymentIntent.AmountReceived)
		old.Paid = old.Paid || e.Type == "payment_intent.succeeded"
		old.Canceled = old.Canceled || e.Type == "payment_intent.canceled"
	case e.Charge != nil:
		intent = e.Charge.PaymentIntent
		old.Refunds = refunded(old.Refunds, e)
	case e.Refund != nil:
		intent = e.Refund.PaymentIntent
		old.Refunds = refunded(old.Refunds, e)
	}
	old.Payment, old.Account, old.Livemode = intent, e.Account, e.Livemode
	return old
}

func refunded(old *order.Order, e facts.Event) *order.Order {
	if old == nil {
		old = &order.Order{}
	}
	now := order.Merge(*old, e)
	return &now
}

// returned: all that was paid is going back or is back.
func (p Payment) returned() bool {
	if p.Refunds == nil {
		return false
	}
	paid := max(p.Refunds.Paid, p.Received)
	return paid > 0 && p.Refunds.Refunded >= paid
}
