package main

import (
	"fmt"
	"strings"

	"github.com/payhooks/payhooks/internal/money"
)

// trials are owed for trials about to end.
func (s *studied) trials() []notice {
	var g gather
	for _, e := range s.events {
		sub := e.Subscription
		if sub == nil || e.Type != "customer.subscription.trial_will_end" || sub.TrialEnd.IsZero() {
			continue
		}
		n := notice{
			kind: kindTrial, key: fmt.Sprintf("trial/%s/%d", sub.ID, sub.TrialEnd.Unix()), payment: sub.ID,
			reference: sub.Metadata["order_id"], at: e.Created, until: sub.TrialEnd, deadline: sub.TrialEnd,
			reach: s.session.or(s.invoice).or(reach{customer: sub.Customer}),
		}
		if s.gone[sub.ID] {
			n.skip = "the subscription ended"
		}
		g.add(e, n)
	}
	return g.all()
}

// disputes are told to the shop.
func (s *studied) disputes() []notice {
	var g gather
	for _, e := range s.events {
		d := e.Dispute
		if d == nil || e.Type != "charge.dispute.created" {
			continue
		}
		n := notice{
			kind: kindDispute, key: "dispute/" + d.ID, payment: first(d.PaymentIntent, s.of[d.Charge], d.Charge),
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
