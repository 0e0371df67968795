// Package inventory decides how much of each item a shop has, from whatever
// events of checkouts are known, in whatever order and however often they
// arrived.
//
// A row per checkout session and per payment holds facts, merged by union; others
// hold what the shop reserved and the supply that it set. A stock level is the
// sum over the sessions, counted when it is read: sessions of one item never wait
// for each other, and there is no counter to go wrong.
package inventory

import (
	"cmp"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// Table is the short name of the state table.
const Table = "stock"

// Kinds of its rows.
const (
	ofSession     = "session"
	ofPayment     = "payment"
	ofReservation = "reservation"
	ofItem        = "item"
)

// Line is how many of an item a session sells.
type Line struct {
	Item     string `json:"item"` // the price, else the product
	Quantity int64  `json:"quantity"`
}

// Session is the row of one checkout session: facts that only ever grow.
type Session struct {
	Session string `json:"session"`
	Payment string `json:"payment,omitempty"` // its payment intent
	event.Scope
	Listed    bool   `json:"listed,omitempty"` // Lines are what Stripe lists
	Lines     []Line `json:"lines,omitempty"`
	Completed bool   `json:"completed,omitempty"`
	Paid      bool   `json:"paid,omitempty"` // or nothing was to be paid
	Failed    bool   `json:"failed,omitempty"`
	Expired   bool   `json:"expired,omitempty"`
}

// Listing is what Stripe lists as sold in a session.
type Listing struct {
	Lines []Line `json:"lines"`
}

// Key names the row that the event changes. The error is a Skip if it changes
// none. Refunds are kept whether they restock or not; see Levels.
func Key(e facts.Event) (kind, id string, err error) {
	switch {
	case e.Session != nil && e.Session.Mode == "setup":
		return ofSession, "", event.Skip("a checkout session in setup mode sells nothing")
	case e.Session != nil && e.Session.ID != "":
		return ofSession, e.Session.ID, nil
	case e.PaymentIntent != nil && e.PaymentIntent.ID != "":
		if e.Type != "payment_intent.succeeded" && e.Type != "payment_intent.canceled" {
			return ofPayment, "", event.Skip("the payment is not over")
		}
		return ofPayment, e.PaymentIntent.ID, nil
	case e.Charge != nil:
		return refundKey(e.Charge.PaymentIntent)
	case e.Refund != nil:
		return refundKey(e.Refund.PaymentIntent)
	default:
		return "", "", event.Skip("not about a checkout")
	}
}

func refundKey(intent string) (kind, id string, err error) {
	if intent == "" {
		return ofPayment, "", event.Skip("it names no payment intent, so no checkout session either")
	}
	return ofPayment, intent, nil
}

// Sells reports whether the event makes its session's line items count, so that
// they must be known.
func Sells(e facts.Event) bool {
	s := MergeSession(Session{}, e, nil)
	return s.Completed || s.Paid
}

// MergeSession returns old with what e says and what was listed, nil without a
// listing. It gives the same row for the same events in any sequence. The event's
// type beats a field of its object.
func MergeSession(old Session, e facts.Event, listed *Listing) Session {
	if e.Session == nil {
		return old
	}
	old.Session, old.Scope = e.Session.ID, e.Scope
	old.Payment = max(old.Payment, e.Session.PaymentIntent)
	switch e.Type {
	case "checkout.session.expired":
		old.Expired = true
	case "checkout.session.async_payment_failed":
		old.Failed = true
	case "checkout.session.async_payment_succeeded":
		old.Paid = true
	case "checkout.session.completed":
		old.Completed = true
		old.Paid = old.Paid || e.Session.PaymentStatus == "paid" || e.Session.PaymentStatus == "no_payment_required"
	}
	if listed != nil {
		if lines := tidy(listed.Lines); !old.Listed || slices.CompareFunc(lines, old.Lines, compare) > 0 {
			old.Lines = lines // Stripe lists the same every time; if not, all orders of events agree
		}
		old.Listed = true
	}
	return old
}

// tidy has one line per item, in order, and none of nothing.
func tidy(lines []Line) (tidied []Line) {
	sum := map[string]int64{}
	for _, l := range lines {
		sum[l.Item] += l.Quantity
	}
	for item, n := range sum {
		if n != 0 {
			tidied = append(tidied, Line{item, n})
		}
	}
	slices.SortFunc(tidied, compare)
	return tidied
}

func compare(a, b Line) int {
	return cmp.Or(cmp.Compare(a.Item, b.Item), cmp.Compare(a.Quantity, b.Quantity))
}
