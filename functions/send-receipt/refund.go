package main

import (
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/money"
)

// namesRefunds reports whether this API version tells a charge's refunds by
// events of their own. Before 2024-10-28 charge.refunded is all there is.
func namesRefunds(version string) bool { return version >= "2024-10-28" }

// refunds are owed for refund objects, one each.
func (s *studied) refunds() []notice {
	var g gather
	for _, e := range s.events {
		switch {
		case e.Refund != nil:
			n := s.refundFor(e, e.Refund)
			if !namesRefunds(e.APIVersion) && n.payment != "" {
				n.skip = "told by charge.refunded"
			}
			g.add(e, n)
		case e.Type == "charge.refunded" && e.Charge != nil && !namesRefunds(e.APIVersion):
			for i := range e.Charge.Refunds { // versions before 2022-11-15 list them
				r := &e.Charge.Refunds[i]
				r.Charge = e.Charge.ID
				n := s.refundFor(e, r)
				n.at = r.Created
				n.until = n.at.Add(refundAge)
				g.add(e, n)
			}
		}
	}
	return g.all()
}

func (s *studied) refundFor(e facts.Event, r *facts.Refund) notice {
	p := first(r.PaymentIntent, s.of[r.Charge], r.Charge)
	n := s.refundNotice("refund/"+r.ID, p, e.Created, money.Amount{Minor: r.Amount, Currency: r.Currency})
	switch _, broken := s.broken[r.ID]; {
	case broken || r.Status == "failed" || r.Status == "canceled":
		n.skip = "the refund failed"
	case s.uncaptured(p):
		n.skip = notCaptured
	case s.isRemainder(r):
		n.skip = remainder
	}
	return n
}

const remainder = "the released remainder of a partial capture is no refund"

func (s *studied) refundNotice(key, payment string, at time.Time, a money.Amount) notice {
	return notice{
		kind: kindRefund, key: key, payment: payment, at: at, until: at.Add(refundAge),
		to: s.address(payment), amount: a, card: s.card[payment],
	}
}

// isRemainder reports whether the refund is what a partial capture released:
// just that amount, and there no later than the capture.
func (s *studied) isRemainder(r *facts.Refund) bool {
	for _, e := range s.events {
		c := e.Charge
		if e.Type == "charge.captured" && c != nil && c.ID == r.Charge && r.Amount == released(c) &&
			c.AmountRefunded == r.Amount && !r.Created.After(e.Created) {
			return true
		}
	}
	return false
}

// released is what a partial capture let go of. Before 2025-03-31 Stripe counts
// it in amount_refunded.
func released(c *facts.Charge) int64 {
	if !c.Captured || c.AmountCaptured == 0 {
		return 0
	}
	return max(0, c.Amount-c.AmountCaptured)
}

// snapshotRefunds are owed for what charge.refunded adds to the refunded
// amount, in versions that name no refund.
func (s *studied) snapshotRefunds() []notice {
	var g gather
	nth := map[string]int{} // which of the refunds of one amount a key is
	told := map[lost]int{}
	for _, e := range s.events {
		c := e.Charge
		if e.Type != "charge.refunded" || c == nil || len(c.Refunds) > 0 && !namesRefunds(e.APIVersion) {
			continue
		}
		amount := s.added(e)
		key, like := fmt.Sprintf("refund/%s/%d", c.ID, c.AmountRefunded), lost{c.ID, amount}
		if _, ok := nth[key]; !ok {
			nth[key] = told[like]
			told[like]++
		}
		n := s.refundNotice(key, paymentOf(c), e.Created, money.Amount{Minor: amount, Currency: c.Currency})
		switch {
		case namesRefunds(e.APIVersion):
			n.skip = "told by the refund's own events"
		case !isCaptured(c):
			n.skip = notCaptured
		case amount <= 0:
			n.skip = remainder
		case s.brokenLike(like) > nth[key]:
			n.skip = "the refund failed"
		}
		g.add(e, n)
	}
	return g.all()
}

// added is what was refunded between the snapshot before e and e's own.
func (s *studied) added(e facts.Event) int64 {
	c := e.Charge
	before, ok := e.Previous.Int("amount_refunded")
	if !ok {
		before = s.refundedBefore(e)
	}
	r := released(c)
	return max(0, c.AmountRefunded-r) - max(0, before-r)
}

// refundedBefore is the greatest refunded amount below e's that an earlier
// event tells.
func (s *studied) refundedBefore(e facts.Event) (before int64) {
	for _, o := range s.events {
		if o.Charge != nil && o.Charge.ID == e.Charge.ID && !o.Created.After(e.Created) && o.Charge.AmountRefunded < e.Charge.AmountRefunded {
			before = max(before, o.Charge.AmountRefunded)
		}
	}
	return before
}

// brokenLike counts the refunds of that charge and amount that came to nothing.
func (s *studied) brokenLike(l lost) (n int) {
	for _, b := range s.broken {
		if b == l {
			n++
		}
	}
	return n
}
