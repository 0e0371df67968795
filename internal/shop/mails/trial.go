package mails

import (
	"fmt"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/facts"
)

// trials are the mails about trials that are about to end. Stripe announces the end
// whatever was decided about it before, so each is held against the newest state
// of its subscription.
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
		n.skip = s.untrue(sub)
		g.add(e, n)
	}
	return g.all()
}

// untrue is why the trial does not end in a first payment when the event said,
// or empty.
func (s *studied) untrue(sub *facts.Subscription) string {
	switch now := s.termsOf(sub.ID); {
	case s.ended[sub.ID]:
		return "the subscription ended"
	case now.status != "trialing":
		return "the trial is over: the subscription is " + spaced(now.status)
	case !now.trialEnd.Equal(sub.TrialEnd):
		return "the trial's end was moved"
	case now.cancelsAtEnd, !now.cancelAt.IsZero() && !now.cancelAt.After(now.trialEnd):
		return "the trial is cancelled"
	}
	return ""
}

// terms are what decides whether a trial's end is news.
type terms struct {
	status             string
	trialEnd, cancelAt time.Time
	cancelsAtEnd       bool
}

func termsIn(s *facts.Subscription) terms {
	return terms{s.Status, s.TrialEnd, s.CancelAt, s.CancelAtPeriodEnd}
}

// termsOf are the terms after all events of the subscription, second by second.
func (s *studied) termsOf(id string) (now terms) {
	var second []facts.Event
	for _, e := range s.events {
		if e.Subscription == nil || e.Subscription.ID != id {
			continue
		}
		if len(second) > 0 && !second[0].Created.Equal(e.Created) {
			now, second = after(now, second), nil
		}
		second = append(second, e)
	}
	return after(now, second)
}

// after are the terms at the end of a second. Every change leads from one state to
// another: the end is where more changes arrive than leave, and where none does
// they end as they began. Announcements change nothing.
func after(before terms, second []facts.Event) (end terms) {
	net, began := map[terms]int{}, false
	for _, e := range second {
		now := termsIn(e.Subscription)
		if e.SubscriptionBefore == nil || termsIn(e.SubscriptionBefore) == now {
			if !began || !announces(e.Type) {
				end = now
			}
			continue
		}
		net[now]++
		net[termsIn(e.SubscriptionBefore)]--
		began = true
	}
	if _, ok := net[before]; ok && began {
		end = before
	}
	for _, e := range second { // ordered by id, which decides if there are several
		if net[termsIn(e.Subscription)] > 0 {
			end = termsIn(e.Subscription)
		}
	}
	return end
}

// announces reports whether events of the type say what may come.
func announces(event string) bool {
	return strings.HasSuffix(event, ".trial_will_end") || strings.Contains(event, ".pending_update_")
}
