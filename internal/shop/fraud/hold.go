// Package fraud decides which orders are on hold and since when, from whatever
// events are known, in whatever order and however often they arrived.
//
// Two kinds of rows hold facts, merged by union: one per order, with its early
// fraud warnings, reviews and disputes, and one per card and per customer, with
// the attempts to pay. What a row says of holds is a pure function of its
// facts, so every permutation and duplication of the same events ends in the
// same rows, byte for byte.
package fraud

import (
	"cmp"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/union"
)

// Table keeps the rows of orders, of Kind, and those of cards and customers; see
// SourceKey.
const (
	Table = "holds"
	Kind  = "order"

	card     = "card"
	customer = "customer"
)

// Why an order is on hold.
const (
	Warning  = "early_fraud_warning" // a card network says that it may be fraud
	Review   = "review"              // Radar, or a person, wants a look
	Inquiry  = "inquiry"             // the bank asks; no money moved
	Dispute  = "dispute"             // the bank took the money, or was about to
	Failures = "failures"            // many failures on its card or customer
)

// Hold says that an order must not be fulfilled, or was not to be.
type Hold struct {
	Order    string    `json:"order"` // the payment intent, else the charge
	Why      string    `json:"why"`
	Since    time.Time `json:"since"`
	Due      time.Time `json:"due,omitzero"`      // evidence must be in by then
	Released time.Time `json:"released,omitzero"` // when it was over; zero while it stands
	event.Scope
}

// List joins the holds of several rows into one per order and reason, in that
// sequence. Two sources may hold one order: the earlier counts.
func List(holds []Hold) []Hold {
	all := slices.Clone(holds)
	slices.SortStableFunc(all, func(a, b Hold) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Text(), b.Text()), cmp.Compare(a.Why, b.Why), a.Since.Compare(b.Since))
	})
	return slices.CompactFunc(all, func(a, b Hold) bool { return a.Order == b.Order && a.Scope == b.Scope && a.Why == b.Why })
}

// span is one thing that holds an order. Times are Unix seconds.
type span struct{ since, due, ended int64 }

// hold sums the spans of one reason: of those that stand, the earliest start
// and due date; when none stands any more, the one that ended last.
func hold(spans []span) (span, bool) {
	var open, last span
	for _, s := range spans {
		if s.ended == 0 {
			open = span{since: union.Earliest(open.since, s.since), due: union.Earliest(open.due, s.due)}
			continue
		}
		s.ended = max(s.ended, s.since)
		if cmp.Or(cmp.Compare(s.ended, last.ended), cmp.Compare(s.since, last.since), cmp.Compare(s.due, last.due)) > 0 {
			last = s
		}
	}
	if open.since != 0 {
		return open, true
	}
	return last, last.since != 0
}

func at(unix int64) time.Time {
	if unix == 0 {
		return time.Time{}
	}
	return time.Unix(unix, 0).UTC()
}
