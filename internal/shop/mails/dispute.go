package mails

import (
	"cmp"
	"strings"

	"github.com/payhooks/payhooks/internal/money"
)

// disputes are the mails to the shop about disputes.
func (s *studied) disputes() []notice {
	var g gather
	for _, e := range s.events {
		d := e.Dispute
		if d == nil || e.Type != "charge.dispute.created" {
			continue
		}
		n := notice{
			kind: kindDispute, key: "dispute/" + d.ID, payment: cmp.Or(d.PaymentIntent, s.of[d.Charge], d.Charge),
			at: e.Created, until: e.Created.Add(disputeAge), deadline: d.DueBy, reason: capital(strings.ReplaceAll(d.Reason, "_", " ")),
			amount:  money.Amount{Minor: d.Amount, Currency: d.Currency},
			inquiry: isInquiry(d.Status),
		}
		n.card = s.card[n.payment]
		if !d.DueBy.IsZero() {
			n.until = d.DueBy
		}
		g.add(e, n)
	}
	return g.all()
}

// isInquiry reports whether the bank only asks; no money has moved.
func isInquiry(status string) bool { return strings.HasPrefix(status, "warning_") }
