package mails

import "fmt"

// trials are the mails about trials that are about to end.
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
		if s.ended[sub.ID] {
			n.skip = "the subscription ended"
		}
		g.add(e, n)
	}
	return g.all()
}
