package mails

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/money"
)

// namesRefund reports whether the refunds that this charge.refunded is about are
// named: by separate events, or in the payload.
func namesRefund(e facts.Event) bool {
	return e.Version().ReportsEveryRefund() || len(named(e.Charge)) > 0
}

// named are the refunds in the payload of a charge that have a name: those of
// the oldest versions have none.
func named(c *facts.Charge) []facts.Refund {
	return slices.DeleteFunc(slices.Clone(c.Refunds), func(r facts.Refund) bool { return r.ID == "" })
}

// recordRefunds records which refunds have names.
func (s *studied) recordRefunds(e facts.Event) {
	switch {
	case e.Refund != nil && e.Version().ReportsEveryRefund():
		s.named[e.Refund.ID] = part{e.Refund.Charge, e.Refund.Amount}
	case e.Type != "charge.refunded" || e.Charge == nil:
	case !namesRefund(e):
		s.unnamed[e.Charge.ID] = true
	case !e.Version().ReportsEveryRefund():
		for _, r := range named(e.Charge) {
			s.named[r.ID] = part{e.Charge.ID, r.Amount}
		}
	}
}

// refunds are the mails about refund objects, one each.
func (s *studied) refunds() []notice {
	var g gather
	for _, e := range s.events {
		switch {
		case e.Refund != nil:
			n := s.refundFor(e, e.Refund)
			if !e.Version().ReportsEveryRefund() && n.payment != "" {
				n.skip = reportedByAmount
			}
			g.add(e, n)
		case e.Type == "charge.refunded" && e.Charge != nil && !e.Version().ReportsEveryRefund():
			for _, r := range named(e.Charge) {
				r.Charge = e.Charge.ID
				n := s.refundFor(e, &r)
				n.at = r.Created
				n.until = n.at.Add(refundAge)
				g.add(e, n)
			}
		}
	}
	return g.all()
}

func (s *studied) refundFor(e facts.Event, r *facts.Refund) notice {
	p := cmp.Or(r.PaymentIntent, s.of[r.Charge], r.Charge)
	n := s.refundNotice("refund/"+r.ID, p, e.Created, money.Amount{Minor: r.Amount, Currency: r.Currency})
	n.refunded.charge = r.Charge
	n.shown = presentedOf(r.Presentment, r.Amount, r.Currency).show(n.amount)
	switch _, broken := s.broken[r.ID]; {
	case broken || fell(r.Status):
		n.skip = refundFailed
	case s.uncaptured(p):
		n.skip = notCaptured
	case s.isRemainder(r):
		n.skip = remainder
	}
	return n
}

const (
	remainder    = "the released remainder of a partial capture is no refund"
	refundFailed = "the refund failed"
)

func (s *studied) refundNotice(key, payment string, at time.Time, a money.Amount) notice {
	return notice{
		kind: kindRefund, key: key, payment: payment, at: at, until: at.Add(refundAge),
		reach: s.reach(payment), amount: a, card: s.card[payment], receiptLink: s.receiptPage[payment],
	}
}

// isRemainder reports whether the refund is what a partial capture released: just
// that amount, when the charge had no other refund. Any event of the charge says so.
func (s *studied) isRemainder(r *facts.Refund) bool {
	return slices.ContainsFunc(s.events, func(e facts.Event) bool {
		c := e.Charge
		final := e.Type == "charge.captured" || c != nil && !c.Multicapture
		return final && c != nil && c.ID == r.Charge && r.Amount == released(e) && c.AmountRefunded == r.Amount && !r.Created.After(e.Created)
	})
}

// released is what a partial capture released, as far as Stripe counts it in
// amount_refunded.
func released(e facts.Event) int64 {
	c := e.Charge
	if !c.Captured || c.AmountCaptured == 0 || !e.Version().CountsReleaseAsRefund() {
		return 0
	}
	return max(0, c.Amount-c.AmountCaptured)
}

// snapshotRefunds are the mails about what charge.refunded adds to the refunded
// amount. Where events name refunds there are none, unless the charge was also
// reported without names: then the first event decides (see refundKeying).
func (s *studied) snapshotRefunds() []notice {
	var g gather
	nth := map[string]int{} // by id: which of the charge's snapshots that add the same
	seen := map[part]int{}
	for _, e := range s.events {
		c := e.Charge
		if e.Type != "charge.refunded" || c == nil {
			continue
		}
		n := s.snapshot(e)
		like := part{c.ID, n.amount.Minor}
		if _, ok := nth[n.id()]; !ok {
			nth[n.id()] = seen[like]
			seen[like]++
		}
		n.refunded.nth = nth[n.id()]
		if n.skip == "" && count(s.broken, like) > n.refunded.nth {
			n.skip = refundFailed
		}
		known := g.add(e, n)
		known.refunded.snapshot = cmp.Or(known.refunded.snapshot, n.refunded.snapshot)
	}
	return g.all()
}

// snapshot is the notice of what one charge.refunded adds.
func (s *studied) snapshot(e facts.Event) notice {
	c, amount := e.Charge, s.added(e)
	n := s.refundNotice(fmt.Sprintf("refund/%s/%d", c.ID, c.AmountRefunded), paymentOf(c), e.Created, money.Amount{Minor: amount, Currency: c.Currency})
	n.refunded = refunded{charge: c.ID, of: c, sum: given(c.AmountRefunded, released(e))}
	if !namesRefund(e) {
		n.refunded.snapshot = e.ID
	}
	switch {
	case namesRefund(e) && !s.unnamed[c.ID]:
		n.skip = reportedByName
	case !isCaptured(c):
		n.skip = notCaptured
	case amount <= 0:
		n.skip = remainder
	}
	return n
}

// added is what was refunded between the snapshot before e and e's own.
func (s *studied) added(e facts.Event) int64 {
	c := e.Charge
	before, ok := e.Previous.Int("amount_refunded")
	if !ok {
		before = s.refundedBefore(e)
	}
	r := released(e)
	return given(c.AmountRefunded, r) - given(before, r)
}

// given is how much of a refunded amount was given back and not released. Less
// than the rest has nothing of it: Stripe releases all the rest at once.
func given(refunded, rest int64) int64 {
	if refunded < rest {
		return refunded
	}
	return refunded - rest
}

// refundedBefore is the greatest refunded amount below e's that an earlier event
// reports.
func (s *studied) refundedBefore(e facts.Event) (before int64) {
	for _, o := range s.events {
		if o.Charge != nil && o.Charge.ID == e.Charge.ID && !o.Created.After(e.Created) && o.Charge.AmountRefunded < e.Charge.AmountRefunded {
			before = max(before, o.Charge.AmountRefunded)
		}
	}
	return before
}
