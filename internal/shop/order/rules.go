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
func (f Facts) currency() string  { return cmp.Or(f.Currency, f.Shown) }

// amount is what the customer agreed to pay.
func (f Facts) amount() int64 {
	var tried, agreed number
	for _, c := range f.Charges {
		tried = tried.newer(c.Amount)
		if c.Succeeded {
			agreed = agreed.newer(c.Amount)
		}
	}
	for _, n := range []number{f.Intent.Amount, agreed, tried, f.Invoice.Total, f.Session.Amount} {
		if n.Is != 0 {
			return n.Is
		}
	}
	return f.Invoice.recorded()
}

// recorded is what was paid outside Stripe, part by part.
func (i Invoice) recorded() (sum int64) {
	for _, amount := range i.Records {
		sum += amount
	}
	return sum
}

// paid is gross. Where an event only says that it was paid, it is the amount.
func (f Facts) paid() int64 {
	var captured int64
	for _, c := range f.Charges {
		captured += c.Captured
	}
	got := max(captured, f.Intent.Received, f.Invoice.Paid, f.Invoice.recorded())
	if got == 0 && f.settled() {
		return f.amount()
	}
	return got
}

// settled: an event says that the payment is done, whatever the amount. A
// session is not believed against an authorisation that nothing captured.
func (f Facts) settled() bool {
	return f.Intent.Succeeded || f.Session.Free || f.Session.Paid && !f.held()
}

// held: some attempt was authorised, whatever became of it.
func (f Facts) held() bool {
	for _, c := range f.Charges {
		if c.Succeeded {
			return true
		}
	}
	return f.Intent.Authorized
}

// authorized: money is held and may still be captured.
func (f Facts) authorized() bool {
	released := false
	for _, c := range f.Charges {
		if c.Succeeded && c.Released == 0 {
			return !f.Intent.Canceled
		}
		released = released || c.Released != 0
	}
	return f.Intent.Authorized && !released && !f.Intent.Canceled
}

// processing: some attempt is neither done nor over.
func (f Facts) processing() bool {
	if f.Intent.Canceled {
		return false
	}
	over := max(f.Intent.Failed, f.Session.Failed)
	for _, c := range f.Charges {
		if c.Pending && !c.Succeeded && c.Failed == 0 {
			return true
		}
		over = max(over, c.Failed, c.Released)
	}
	return max(f.Intent.Processing, f.Session.Unpaid) > over
}

// failed: there were attempts, and none came further.
func (f Facts) failed() bool {
	if f.held() {
		return false
	}
	for _, c := range f.Charges {
		if c.Failed != 0 {
			return true
		}
	}
	return f.Intent.Failed != 0 || f.Session.Failed != 0
}

func (f Facts) canceled() bool {
	for _, c := range f.Charges {
		if c.Released != 0 {
			return true
		}
	}
	return f.Intent.Canceled || f.Session.Expired
}

func (f Facts) disputed() (sum int64) {
	for _, d := range f.Disputes {
		if d.Status == "needs_response" || d.Status == "under_review" {
			sum += d.Amount
		}
	}
	return sum
}

func (f Facts) lost() (sum int64) {
	for _, d := range f.Disputes {
		if d.Status == "lost" {
			sum += d.Amount
		}
	}
	return sum
}
