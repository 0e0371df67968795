package order

import "cmp"

// refunded is the sum over the charges, and of refunds that name none.
func (f Facts) refunded() (sum int64) {
	for id := range f.Charges {
		sum += f.refundedOf(id)
	}
	for _, r := range f.Refunds {
		if _, known := f.Charges[r.Charge]; !known && r.stands() && f.refundable(Charge{}, false) {
			sum += r.Amount
		}
	}
	return sum
}

// refundedOf is what went back, or is on its way back, of one charge.
//
// Newer API versions report every refund: those that stand are the answer. Older
// ones report the sum at some time, which Stripe lowers when a refund fails: what
// failed since is subtracted, and what was made since is added.
func (f Facts) refundedOf(id string) int64 {
	c := f.Charges[id]
	if !f.refundable(c, true) {
		return 0
	}
	var standing, made, failed int64
	reported, release := false, f.release(id)
	for re, r := range f.Refunds {
		switch {
		case r.Charge != id, re == release:
			continue
		case r.stands() && c.Sum.before(r):
			made += r.Amount
			fallthrough
		case r.stands():
			standing += r.Amount
		case c.Sum.includes(r):
			failed += r.Amount
		}
		reported = reported || r.Reported
	}
	if reported && !c.Old {
		return standing
	}
	return max(standing, max(0, c.Sum.Sum-failed)+made)
}

// release names the refund object that is the released remainder of a partial
// capture, in versions that count it as one: the earliest of just that amount.
// If it is a refund after all, the charge's sum has it.
func (f Facts) release(id string) (name string) {
	c := f.Charges[id]
	left := c.Amount.Is - c.Captured
	if !c.Reversed || c.Captured == 0 || left <= 0 {
		return ""
	}
	for re, r := range f.Refunds {
		if r.Charge != id || r.Real || !r.stands() || r.Amount != left {
			continue
		}
		if first := f.Refunds[name]; name == "" || cmp.Or(cmp.Compare(r.Created, first.Created), cmp.Compare(re, name)) < 0 {
			name = re
		}
	}
	return name
}

// refundable: nothing is refunded of what was not captured; letting go of an
// authorisation looks like a refund in the events. Of a charge that no event
// described, a refund is believed unless the intent received nothing.
func (f Facts) refundable(c Charge, known bool) bool {
	switch {
	case c.Captured > 0:
		return true
	case c.Released > 0:
		return false
	case f.Intent.Received > 0, f.Intent.Succeeded:
		return true
	default:
		return !known && !f.Intent.Known
	}
}

func (r Refund) stands() bool { return 1 <= refundRank[r.Status] && refundRank[r.Status] <= 3 }
func (r Refund) fell() bool   { return refundRank[r.Status] > 3 }

// includes: the sum counts this refund, which failed afterwards.
func (s snapshot) includes(r Refund) bool {
	return r.fell() && !s.before(r) && (r.Failed > s.At || r.Failed == s.At && s.Refund)
}

// before: the sum was taken before the refund was made. Where no event
// reported the making, a later sum does.
func (s snapshot) before(r Refund) bool { return r.Reported && r.Created > s.At }
