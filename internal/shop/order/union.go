package order

import (
	"cmp"

	"github.com/payhooks/payhooks/internal/union"
)

// union is the set of what either says.
func (f Facts) union(g Facts) Facts {
	return Facts{
		Currency: max(f.Currency, g.Currency),
		Client:   f.Client.newer(g.Client),
		OrderID:  f.OrderID.union(g.OrderID),
		Intent:   f.Intent.union(g.Intent),
		Session:  f.Session.union(g.Session),
		Invoice:  f.Invoice.union(g.Invoice),
		Charges:  union.Maps(f.Charges, g.Charges, Charge.union),
		Attempts: f.Attempts.union(g.Attempts),
		Refunds:  union.Maps(f.Refunds, g.Refunds, Refund.union),
		Disputes: union.Maps(f.Disputes, g.Disputes, Dispute.union),
		Ties:     f.Ties.union(g.Ties),
	}
}

func (t Ties) union(u Ties) Ties {
	either := func(a, b bool) bool { return a || b }
	return Ties{
		Invoices:     union.Maps(t.Invoices, u.Invoices, either),
		Payments:     newest(t.Payments, u.Payments),
		Subscription: max(t.Subscription, u.Subscription),
	}
}

func (i Intent) union(j Intent) Intent {
	return Intent{
		Known:      i.Known || j.Known,
		Amount:     i.Amount.newer(j.Amount),
		Seen:       i.Seen.newer(j.Seen),
		Received:   max(i.Received, j.Received),
		Succeeded:  i.Succeeded || j.Succeeded,
		Canceled:   i.Canceled || j.Canceled,
		Authorized: i.Authorized || j.Authorized,
		Processing: max(i.Processing, j.Processing),
		Failed:     max(i.Failed, j.Failed),
	}
}

func (s Session) union(t Session) Session {
	return Session{
		Amount:  s.Amount.newer(t.Amount),
		Seen:    s.Seen.newer(t.Seen),
		Paid:    s.Paid || t.Paid,
		Free:    s.Free || t.Free,
		Expired: s.Expired || t.Expired,
		Unpaid:  max(s.Unpaid, t.Unpaid),
		Failed:  max(s.Failed, t.Failed),
	}
}

func (i Invoice) union(j Invoice) Invoice {
	return Invoice{
		Total:   i.Total.newer(j.Total),
		Paid:    max(i.Paid, j.Paid),
		Records: union.Maps(i.Records, j.Records, func(a, b int64) int64 { return max(a, b) }),
	}
}

func (a Attempts) union(b Attempts) Attempts {
	return Attempts{
		Amount:  a.Amount.newer(b.Amount),
		Pending: max(a.Pending, b.Pending),
		Failed:  max(a.Failed, b.Failed),
		Charges: newest(a.Charges, b.Charges),
	}
}

func (c Charge) union(d Charge) Charge {
	return Charge{
		Amount:   c.Amount.newer(d.Amount),
		Seen:     c.Seen.newer(d.Seen),
		Captured: max(c.Captured, d.Captured),
		Released: union.Earliest(c.Released, d.Released),
		Sum:      c.Sum.newer(d.Sum),
		Old:      c.Old || d.Old,
		Reversed: c.Reversed || d.Reversed,
	}
}

func (r Refund) union(s Refund) Refund {
	u := Refund{
		Charge:  max(r.Charge, s.Charge),
		Amount:  max(r.Amount, s.Amount),
		Status:  r.Status,
		Real:    r.Real || s.Real,
		Created: union.Earliest(r.Created, s.Created),
		Failed:  union.Earliest(r.Failed, s.Failed),
	}
	if rank, other := refundRank[r.Status], refundRank[s.Status]; other > rank || other == rank && s.Status > r.Status {
		u.Status = s.Status
	}
	return u
}

func (d Dispute) union(e Dispute) Dispute {
	charge := max(d.Charge, e.Charge)
	if e.above(d) {
		d = e
	}
	d.Charge = charge
	return d
}

func (d Dispute) above(e Dispute) bool {
	switch rank, other := disputeRank[d.Status], disputeRank[e.Status]; {
	case rank != other:
		return rank > other
	case d.At != e.At:
		return d.At > e.At
	case d.Status != e.Status:
		return d.Status < e.Status // within one second: lost, prevented, won
	case d.Amount != e.Amount:
		return d.Amount > e.Amount
	default:
		return d.Currency > e.Currency
	}
}

func (a text) newer(b text) text {
	if cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.At, b.At), cmp.Compare(a.Is, b.Is)) < 0 {
		return b
	}
	return a
}
