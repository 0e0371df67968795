package order

import "cmp"

// Ranks of lives that never turn back. A status that Stripe may add later has
// rank 0: known, and without effect until it is added here.
var (
	refundRank = map[string]int{
		"pending":         1,
		"requires_action": 2,
		"succeeded":       3,
		"canceled":        4,
		"failed":          5,
	}
	disputeRank = map[string]int{
		"warning_needs_response": 1,
		"warning_under_review":   2,
		"warning_closed":         3,
		"charge_refunded":        3, // how old versions closed an inquiry by a refund
		"needs_response":         4,
		"under_review":           5,
		"prevented":              6, // against each other the later stands
		"won":                    6,
		"lost":                   6,
	}
)

// status is the first that applies, highest first. o has the amounts.
func (f Facts) status(o Order) string {
	switch {
	case o.Lost > 0 && o.Lost+o.Refunded >= o.Paid:
		return Lost
	case o.Disputed > 0:
		return Disputed
	case o.Refunded > 0 && o.Refunded >= o.Paid:
		return Refunded
	case o.Refunded > 0, o.Lost > 0:
		return PartiallyRefunded
	case o.Paid > 0, f.settled():
		return Paid
	case f.authorized():
		return Authorized
	case f.processing():
		return Processing
	case f.failed():
		return Failed
	case f.canceled():
		return Canceled
	default:
		return Open
	}
}

func (f Facts) reference() string { return cmp.Or(f.Client.Is, f.OrderID.is()) }

// recorded is what was paid outside Stripe, part by part.
func (i Invoice) recorded() (sum int64) {
	for _, amount := range i.Records {
		sum += amount
	}
	return sum
}

// paid is gross. Where an event only says that it was paid, it is the amount; where
// nothing says so, at least what went back was.
func (f Facts) paid(currency string) int64 {
	var captured int64
	for _, c := range f.Charges {
		captured += c.Captured
	}
	got := max(captured, f.Intent.Received, f.Invoice.Paid, f.Invoice.recorded())
	if got == 0 && f.settled() {
		got = f.amount(currency)
	}
	if got == 0 {
		return f.refunded() + f.lost(currency, 0)
	}
	return got
}

// settled: an event says that the payment is done, whatever the amount. A
// session is not believed against an authorisation that nothing captured. What a
// bank took back had been paid.
func (f Facts) settled() bool {
	return f.Intent.Succeeded || f.Session.Free || f.Session.Paid && !f.held() || f.taken()
}

// held: some attempt was authorised, whatever became of it.
func (f Facts) held() bool { return len(f.Charges) > 0 || f.Intent.Authorized }

// authorized: money is held and may still be captured.
func (f Facts) authorized() bool {
	if f.Intent.Canceled {
		return false
	}
	for _, c := range f.Charges {
		if c.Released == 0 {
			return true
		}
	}
	return f.Intent.Authorized && len(f.Charges) == 0
}

// processing: the newest attempt is neither done nor over.
func (f Facts) processing() bool {
	over := max(f.Intent.Failed, f.Session.Failed, f.Attempts.Failed)
	for _, c := range f.Charges {
		over = max(over, c.Released)
	}
	return !f.Intent.Canceled && max(f.Intent.Processing, f.Session.Unpaid, f.Attempts.Pending) > over
}

// failed: there were attempts, and none came further.
func (f Facts) failed() bool {
	return !f.held() && max(f.Intent.Failed, f.Session.Failed, f.Attempts.Failed) != 0
}

func (f Facts) canceled() bool {
	for _, c := range f.Charges {
		if c.Released != 0 {
			return true
		}
	}
	return f.Intent.Canceled || f.Session.Expired
}
