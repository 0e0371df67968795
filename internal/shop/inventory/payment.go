package inventory

import (
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/shop/order"
)

// Payment is the row of one payment intent: what only its own events report of
// the session that made it. Money that was authorised first is captured or
// released without another event of the session, and a refund names no session.
type Payment struct {
	Payment string `json:"payment"`
	event.Scope
	Paid     bool  `json:"paid,omitempty"`
	Received int64 `json:"received,omitempty"`
	Canceled bool  `json:"canceled,omitempty"`
	// Refunds restock if Settings says so, by the rules of package order.
	Refunds *order.Order `json:"refunds,omitempty"`
}

// MergePayment returns the row of the payment intent id, as it was before, with
// what e says; see MergeSession.
func MergePayment(old Payment, id string, e facts.Event) Payment {
	switch {
	case e.PaymentIntent != nil:
		old.Received = max(old.Received, e.PaymentIntent.AmountReceived)
		old.Paid = old.Paid || e.Type == "payment_intent.succeeded"
		old.Canceled = old.Canceled || e.Type == "payment_intent.canceled"
	case e.Charge != nil, e.Refund != nil:
		old.Refunds = refunded(old.Refunds, id, e)
	}
	old.Payment, old.Scope = id, e.Scope
	return old
}

func refunded(old *order.Order, id string, e facts.Event) *order.Order {
	if old == nil {
		old = &order.Order{}
	}
	now := order.Merge(*old, id, e)
	return &now
}

// returned: all that was paid is going back or is back. Where no event says what was
// paid, that is not known.
func (p Payment) returned() bool {
	if p.Refunds == nil || p.Received == 0 && len(p.Refunds.Facts.Charges) == 0 {
		return false
	}
	paid := max(p.Refunds.Paid, p.Received)
	return paid > 0 && p.Refunds.Refunded >= paid
}
