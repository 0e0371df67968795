package order

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
// Newer API versions tell every refund: those that stand are the answer. Older
// ones tell the sum at some time: refunds that failed since are taken off, and
// those known to be made since are added.
func (f Facts) refundedOf(id string) int64 {
	c := f.Charges[id]
	if !f.refundable(c, true) {
		return 0
	}
	t := f.tally(id, c.Summed)
	switch {
	case c.Summed.At != 0 && (t.told || c.Told.At <= c.Summed.At):
		return max(t.standing, max(0, c.Summed.Sum-t.failedSince)+t.since)
	case t.standing != 0:
		return t.standing
	default:
		return max(0, c.Told.Sum-t.failed)
	}
}

// tally sums the refund objects of one charge.
type tally struct {
	standing, failed   int64
	since, failedSince int64 // made, and failed, after the charge's own sum was taken
	told               bool  // at least one came from a version that tells every refund
}

func (f Facts) tally(charge string, sum snapshot) (t tally) {
	for _, r := range f.Refunds {
		if r.Charge != charge {
			continue
		}
		t.told = t.told || r.Told
		if r.stands() {
			t.standing += r.Amount
			if sum.before(r) {
				t.since += r.Amount
			}
		}
		if r.fell() {
			t.failed += r.Amount
			if sum.includes(r) {
				t.failedSince += r.Amount
			}
		}
	}
	return t
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

// includes: the sum was taken before the refund failed, so it is in it.
func (s snapshot) includes(r Refund) bool {
	return !s.before(r) && (r.Failed > s.At || r.Failed == s.At && s.Refund)
}

// before: the sum was taken before the refund was made. Old versions tell a
// refund made after the last sum by another sum, newer ones by the refund.
func (s snapshot) before(r Refund) bool { return r.Told && r.Created > s.At }
