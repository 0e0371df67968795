package mails

import (
	"cmp"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/money"
)

// disputes are the mails to the shop about disputes. Each says what the status is
// by the time it is sent: many are decided when they are created.
func (s *studied) disputes() []notice {
	var g gather
	for _, e := range s.events {
		d := e.Dispute
		if d == nil || e.Type != "charge.dispute.created" {
			continue
		}
		now := s.disputed[d.ID]
		n := notice{
			kind: kindDispute, key: "dispute/" + d.ID, payment: cmp.Or(d.PaymentIntent, s.of[d.Charge], d.Charge),
			at: e.Created, until: e.Created.Add(disputeAge), reason: capital(spaced(d.Reason)),
			amount: money.Amount{Minor: d.Amount, Currency: d.Currency},
			status: now.status,
		}
		n.card = s.card[n.payment]
		if now.asks() && !now.due.IsZero() {
			n.until, n.deadline = now.due, now.due
		}
		g.add(e, n)
	}
	return g.all()
}

// disputeState is the newest that is known of a dispute.
type disputeState struct {
	status string
	due    time.Time // for evidence
	at     time.Time // when the event said so
}

// disputeRank orders the statuses: a dispute never goes back. An inquiry may
// become a dispute after it was closed.
var disputeRank = map[string]int{
	"warning_needs_response": 1, "warning_under_review": 2, "warning_closed": 3, "needs_response": 4, "under_review": 5,
	closed: 6, "charge_refunded": 6, "prevented": 6, "won": 7, "lost": 7,
}

// closed stands for a dispute that is closed with a status that says otherwise.
const closed = "closed"

// recordDispute keeps the highest status; of won and lost the later one counts.
func (s *studied) recordDispute(e facts.Event) {
	d := e.Dispute
	state := disputeState{d.Status, d.DueBy, e.Created}
	if e.Type == "charge.dispute.closed" && state.pending() {
		state.status = closed
	}
	known, ok := s.disputed[d.ID]
	if !ok || cmp.Or(cmp.Compare(disputeRank[state.status], disputeRank[known.status]), state.at.Compare(known.at)) >= 0 {
		s.disputed[d.ID] = state
	}
}

// asks reports whether the bank waits for the shop's evidence.
func (d disputeState) asks() bool { return strings.HasSuffix(d.status, "needs_response") }

func (d disputeState) pending() bool { return d.asks() || strings.HasSuffix(d.status, "under_review") }

// isInquiry reports whether the bank only asks; no money has moved.
func isInquiry(status string) bool { return strings.HasPrefix(status, "warning_") }

// spaced are the words of one of Stripe's names.
func spaced(name string) string { return strings.ReplaceAll(name, "_", " ") }
