package journal

import "github.com/payhooks/payhooks/internal/facts"

// Named is a balance transaction that an event names.
type Named struct {
	ID   string `json:"id"`
	Seen *Seen  `json:"seen,omitempty"`
}

// NamedBy lists the balance transactions that an event names, each once. There
// are none before Stripe has made one: a charge that is captured later gets its
// own with charge.updated.
func NamedBy(e facts.Event) []Named {
	var all names
	switch {
	case e.Charge != nil:
		all.charge(*e.Charge, held(e))
	case e.Refund != nil:
		all.refund(*e.Refund)
	case e.Dispute != nil:
		all.add(&Seen{Amount: e.Dispute.Amount, Currency: e.Dispute.Currency}, e.Dispute.BalanceTransactions...)
	case e.Payout != nil:
		all.add(nil, e.Payout.BalanceTransaction, e.Payout.FailureBalanceTransaction)
	}
	return all
}

// OfRefunds lists the balance transactions of a charge's refunds.
func OfRefunds(rs []facts.Refund) []Named {
	var all names
	for _, r := range rs {
		all.refund(r)
	}
	return all
}

// RefundsUnlisted reports whether the event reports that its charge was refunded
// but not by which refunds, as charge.refunded does in older API versions. A list
// that comes to less than the charge's own sum is not complete, whatever it says.
// A charge that Stripe never had on the balance has none that count.
func RefundsUnlisted(e facts.Event) bool {
	if e.Type != "charge.refunded" || e.Charge == nil || e.Charge.BalanceTransaction == "" {
		return false
	}
	var listed int64
	for _, r := range e.Charge.Refunds {
		listed += r.Amount
	}
	return !e.Charge.RefundsComplete || listed < e.Charge.AmountRefunded
}

// held: the charge is only authorised. It is no sale, and Stripe has nothing of
// it on the balance, whatever its object names.
func held(e facts.Event) bool {
	c := e.Charge
	return c.Status == "succeeded" && !c.Captured && c.AmountCaptured == 0 && e.Type != "charge.captured"
}

// names is a list without repeats.
type names []Named

func (n *names) charge(c facts.Charge, held bool) {
	amount := c.Amount
	if c.Captured && c.AmountCaptured > 0 {
		amount = c.AmountCaptured
	}
	if !held {
		n.add(seen(c.Presentment, amount, c.Amount, c.Currency), c.BalanceTransaction, c.FailureBalanceTransaction)
	}
	for _, r := range c.Refunds {
		n.refund(r)
	}
}

func (n *names) refund(r facts.Refund) {
	n.add(seen(r.Presentment, r.Amount, r.Amount, r.Currency), r.BalanceTransaction, r.FailureBalanceTransaction)
}

// seen is what the customer saw of a part of the whole, by the presentment if there
// is one.
func seen(p facts.Presentment, part, whole int64, currency string) *Seen {
	if a, ok := p.Of(part, whole); ok {
		return &Seen{Amount: a.Minor, Currency: a.Currency, Presented: true}
	}
	return &Seen{Amount: part, Currency: currency}
}

func (n *names) add(seen *Seen, ids ...string) {
	for _, id := range ids {
		if id != "" && !n.has(id) {
			*n = append(*n, Named{id, seen})
		}
	}
}

func (n *names) has(id string) bool {
	for _, known := range *n {
		if known.ID == id {
			return true
		}
	}
	return false
}

// Union is a and what b names beyond it.
func Union(a, b []Named) []Named {
	all := names(a)
	for _, m := range b {
		all.add(m.Seen, m.ID)
	}
	return all
}
