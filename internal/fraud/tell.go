package fraud

import (
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/facts"
)

// Key names the order that the event is about. An event that can hold none has
// an empty key, and why says so.
func Key(e facts.Event) (key, why string) {
	switch {
	case e.Warning != nil:
		key = first(e.Warning.PaymentIntent, e.Warning.Charge)
	case e.Review != nil:
		key = first(e.Review.PaymentIntent, e.Review.Charge)
	case e.Dispute != nil:
		key = first(e.Dispute.PaymentIntent, e.Dispute.Charge)
	case e.Charge != nil && len(Sources(e)) > 0:
		return orderOf(*e.Charge), ""
	case e.Charge != nil:
		return "", "the charge is no finished attempt of a known card or customer"
	default:
		return "", "holds no order"
	}
	if key == "" {
		return "", "it names neither a payment intent nor a charge"
	}
	return key, ""
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

// Sources names the card and the customer of the event's charge, if they are
// known and the attempt has ended. Mode and account are part of the keys.
func Sources(e facts.Event) []string {
	c := e.Charge
	if c == nil || c.ID == "" || !failed(e) && e.Type != "charge.succeeded" && c.Status != "succeeded" {
		return nil
	}
	scope := "test/"
	if e.Livemode {
		scope = "live/"
	}
	if e.Account != "" {
		scope += e.Account + "/"
	}
	var keys []string
	if strings.HasPrefix(c.Method, "card") && c.Fingerprint != "" {
		keys = append(keys, "card/"+scope+c.Fingerprint)
	}
	if c.Customer != "" {
		keys = append(keys, "customer/"+scope+c.Customer)
	}
	return keys
}

func orderOf(c facts.Charge) string { return first(c.PaymentIntent, c.ID) }

func failed(e facts.Event) bool { return e.Type == "charge.failed" || e.Charge.Status == "failed" }

// tell is what one event says of its order.
func tell(e facts.Event) Facts {
	f := Facts{Account: e.Account, Livemode: e.Livemode, Sources: Sources(e)}
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
		f.Disputes = map[string]Case{e.Dispute.ID: tellCase(e, now)}
	}
	return f
}

// approved: somebody looked and found nothing. Reason is why a review is open,
// or why it was closed.
func approved(e facts.Event) bool {
	return first(e.Review.ClosedReason, e.Review.Reason) == "approved"
}

func tellCase(e facts.Event, now int64) Case {
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

// began is when an object was created, else when it was first told of.
func began(created time.Time, now int64) int64 {
	if created.IsZero() || created.Unix() <= 0 {
		return now
	}
	return created.Unix()
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
