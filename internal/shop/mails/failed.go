package mails

import (
	"cmp"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/money"
)

// failures are the mails about failed payments, one per payment and day.
func (s *studied) failures() []notice { return perDay(s.attempts()) }

// perDay leaves the first of a payment's attempts on one day, in UTC, and of those
// within an hour, which are retries: a customer who tries three cards knows that two were
// declined. Attempts come oldest first.
func perDay(attempts []notice) (all []notice) {
	for _, n := range attempts {
		first := slices.IndexFunc(all, func(o notice) bool { return o.payment == n.payment && (dateOf(o.at) == dateOf(n.at) || o.near(n)) })
		if first >= 0 {
			all[first].says = append(all[first].says, n.says...)
			all[first].days = append(all[first].days, dateOf(n.at))
			continue
		}
		n.key, n.days = "failed/"+n.payment+"/"+dateOf(n.at), []string{dateOf(n.at)}
		all = append(all, n)
	}
	return all
}

// near reports whether one is a retry of the other.
func (n notice) near(o notice) bool { return n.at.Sub(o.at).Abs() < time.Hour }

func dateOf(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// attempts are the failed attempts, keyed by what connects the up to three events
// that report one.
func (s *studied) attempts() []notice {
	var g gather
	for _, e := range s.events {
		n := notice{kind: kindFailed, at: e.Created, until: e.Created.Add(failedAge)}
		switch {
		case e.Type == "charge.failed" && e.Charge != nil:
			ofCharge(&n, e.Charge)
		case e.Type == "payment_intent.payment_failed" && e.PaymentIntent != nil:
			ofIntent(&n, e.PaymentIntent)
		case e.Type == "invoice.payment_failed" && e.Invoice != nil && len(e.Invoice.Charges) == 1:
			ofInvoice(&n, e.Invoice)
		default:
			continue
		}
		n.reach, n.payLink = s.reach(n.payment), s.page(n.payment)
		if s.paid[n.payment] {
			n.skip = "the payment succeeded"
		}
		known := g.add(e, n)
		known.reason, known.card, known.code = cmp.Or(known.reason, n.reason), cmp.Or(known.card, n.card), cmp.Or(known.code, n.code)
	}
	return g.all()
}

func ofCharge(n *notice, c *facts.Charge) {
	n.key, n.payment = "failed/"+c.ID, paymentOf(c)
	n.amount = money.Amount{Minor: c.Amount, Currency: c.Currency}
	n.shown = presentedOf(c.Presentment, c.Amount, c.Currency).show(n.amount)
	n.reason, n.card, n.code = c.FailureMessage, means(c), codeOf(c.FailureCode, c.DeclineReason)
}

func ofIntent(n *notice, p *facts.PaymentIntent) {
	n.payment = p.ID
	n.amount = money.Amount{Minor: p.Amount, Currency: p.Currency}
	n.shown = presentedOf(p.Presentment, p.Amount, p.Currency).show(n.amount)
	n.key = "failed/" + cmp.Or(failedCharge(p), p.ID)
	if p.LastError == nil {
		return
	}
	if failedCharge(p) == "" {
		n.key += "/" + p.LastError.Digest
	}
	if p.LastError.Type == "card_error" {
		n.reason = p.LastError.Message // the only type whose text is meant for customers
		n.code = codeOf(p.LastError.Code, p.LastError.DeclineCode)
	}
}

// codeOf is the most exact code of a failure: a decline's own says more.
func codeOf(code, decline string) string {
	if code == "card_declined" {
		return cmp.Or(decline, code)
	}
	return code
}

// failedCharge is the charge of the attempt that just failed. An attempt that
// fails authentication makes none: the latest charge is then an earlier one.
func failedCharge(p *facts.PaymentIntent) string {
	switch {
	case p.LastError == nil:
		return p.LatestCharge
	case p.LastError.Charge != "" || p.LastError.Code == "payment_intent_authentication_failure":
		return p.LastError.Charge
	default:
		return p.LatestCharge
	}
}

func ofInvoice(n *notice, i *facts.Invoice) {
	n.key = "failed/" + i.Charges[0]
	n.payment = i.Charges[0]
	if len(i.PaymentIntents) > 0 {
		n.payment = i.PaymentIntents[0]
	}
	n.amount = money.Amount{Minor: i.AmountRemaining, Currency: i.Currency}
	if i.AmountRemaining == 0 {
		n.amount.Minor = i.AmountDue
	}
}
