package order

import "cmp"

// refunded is the sum over the charges, and of refunds that name none of them.
func (f Facts) refunded() (sum int64) {
	for id := range f.Charges {
		sum += f.refundedOf(id)
	}
	for _, r := range f.Refunds {
		if _, known := f.Charges[f.chargeOf(r)]; !known && r.stands() && f.refundable(Charge{}, f.tried(r.Charge)) {
			sum += r.Amount
		}
	}
	return sum
}

// chargeOf is the charge of a refund. One that names none is of the only charge.
func (f Facts) chargeOf(r Refund) string {
	if r.Charge != "" || len(f.Charges) != 1 {
		return r.Charge
	}
	for id := range f.Charges {
		return id
	}
	return ""
}

// tried: the charge is known, and no event says that it succeeded.
func (f Facts) tried(charge string) bool { return f.Attempts.Charges[charge] != 0 }

// refundedOf is what went back, or is on its way back, of one charge: the charge's
// newest sum, which also counts the refunds of which no event came, with the refunds
// that were made since and without those that failed since.
func (f Facts) refundedOf(id string) int64 {
	c := f.Charges[id]
	if !f.refundable(c, true) {
		return 0
	}
	t := f.tally(id)
	sum := c.Sum.Sum - t.undone
	if !c.Old && c.Sum.Before >= t.before+t.undone+t.failed {
		sum -= t.failed // every refund is reported, and it counts them all, failed or not
	}
	if sum = max(0, sum); sum >= t.before {
		return max(sum, t.before+t.same) + t.after
	}
	return max(sum, t.same) + t.after
}

// tally sums up a charge's refunds by what the charge's newest sum has of them.
type tally struct {
	before, same, after int64 // that stand: made before the sum was taken, in its second, and after
	undone, failed      int64 // that failed: after the sum, which counts them still, and before
}

func (f Facts) tally(id string) (t tally) {
	sum, release := f.Charges[id].Sum, f.release(id)
	for re, r := range f.Refunds {
		switch {
		case f.chargeOf(r) != id || re == release:
		case r.stands() && r.Created > sum.At:
			t.after += r.Amount
		case r.stands() && r.Created > 0 && r.Created < sum.At:
			t.before += r.Amount
		case r.stands():
			t.same += r.Amount
		case sum.includes(r):
			t.undone += r.Amount
		case r.fell() && r.Created <= sum.At:
			t.failed += r.Amount
		}
	}
	return t
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

func standing(rank int) bool { return 1 <= rank && rank <= 3 }

func (r Refund) stands() bool { return standing(refundRank[r.Status]) }
func (r Refund) fell() bool   { return refundRank[r.Status] > 3 }

// includes: the sum counts this refund, which failed afterwards.
func (s snapshot) includes(r Refund) bool {
	return r.fell() && r.Created <= s.At && (r.Failed > s.At || r.Failed == s.At && s.Refund)
}
