package fraud

import (
	"cmp"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// Key names the row of the order that the event is about. The error is a Skip if
// the event can hold none.
func Key(e facts.Event) (kind, id string, err error) {
	switch {
	case e.Warning != nil:
		id = cmp.Or(e.Warning.PaymentIntent, e.Warning.Charge)
	case e.Review != nil:
		id = cmp.Or(e.Review.PaymentIntent, e.Review.Charge)
	case e.Dispute != nil:
		id = cmp.Or(e.Dispute.PaymentIntent, e.Dispute.Charge)
	case e.Charge != nil && len(Sources(e)) > 0:
		id = orderOf(*e.Charge)
	case e.Charge != nil:
		return Kind, "", event.Skip("the charge is not a finished attempt of a known card or customer")
	default:
		return Kind, "", event.Skip("holds no order")
	}
	if id == "" {
		return Kind, "", event.Skip("it names neither a payment intent nor a charge")
	}
	return Kind, id, nil
}

// Reason is why the event holds its order, or what it ends; empty for a charge.
func Reason(e facts.Event) string {
	switch {
	case e.Warning != nil:
		return Warning
	case e.Review != nil:
		return Review
	case e.Dispute != nil && inquires(e.Dispute.Status):
		return Inquiry
	case e.Dispute != nil:
		return Dispute
	}
	return ""
}

func orderOf(c facts.Charge) string { return cmp.Or(c.PaymentIntent, c.ID) }

func failed(e facts.Event) bool { return e.Type == "charge.failed" || e.Charge.Status == "failed" }

// reported is what one event reports of its order.
func reported(e facts.Event) Facts {
	var f Facts
	if sources := Sources(e); len(sources) > 0 {
		f.Tried = triedAt(Began(e).Unix(), sources)
	}
	now := e.Created.Unix()
	switch {
	case e.Warning != nil:
		s := Span{Since: began(e.Warning.Created, now)}
		// Stripe says so once the charge was refunded in full or disputed.
		if !e.Warning.Actionable {
			s.Ended = now
		}
		f.Warnings = map[string]Span{e.Warning.ID: s}
	case e.Review != nil:
		s := Span{Since: began(e.Review.Created, now)}
		if approved(e) {
			s.Ended = now
		}
		f.Reviews = map[string]Span{e.Review.ID: s}
	case e.Dispute != nil:
		f.Disputes = map[string]Case{e.Dispute.ID: caseOf(e, now)}
	}
	return f
}

// approved: somebody looked and found nothing. Reason is why a review is open,
// or why it was closed.
func approved(e facts.Event) bool {
	return cmp.Or(e.Review.ClosedReason, e.Review.Reason) == "approved"
}

func caseOf(e facts.Event, now int64) Case {
	c, s := Case{Began: began(e.Dispute.Created, now)}, Span{Since: now}
	if !e.Dispute.DueBy.IsZero() {
		s.Due = number{now, e.Dispute.DueBy.Unix()}
	}
	if e.Type == "charge.dispute.closed" || closed[e.Dispute.Status] {
		s.Ended = now
	}
	if inquires(e.Dispute.Status) {
		c.Inquiry = s
	} else {
		c.Dispute = s
	}
	return c
}

// inquires: the bank only asks. Such a case may still become a dispute.
func inquires(status string) bool { return strings.HasPrefix(status, "warning_") }

// closed are the statuses in which evidence is of no use any more. One that was
// prevented holds its order until Stripe closes it.
var closed = map[string]bool{"won": true, "lost": true, "warning_closed": true, "charge_refunded": true}

// began is when an object was created, else when it was first reported.
func began(created time.Time, now int64) int64 {
	if created.IsZero() || created.Unix() <= 0 {
		return now
	}
	return created.Unix()
}
