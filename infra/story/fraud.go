package story

import (
	"strings"
	"time"
)

// Hold is what `payhooks holds` must show in the end.
type Hold struct {
	Order, Why           string
	Since, Due, Released time.Time // zero where there is none
}

// suspicions are what makes an order suspicious.
var suspicions = []scenario{
	{"early fraud warning", sells((*teller).warned, committed)},
	{"early fraud warning, refunded", sells((*teller).warnedAndRefunded, committed)},
	{"review", sells(func(t *teller) { t.openReview() }, committed)},
	{"review approved", sells((*teller).approved, committed)},
	{"review ended by a refund", sells((*teller).reviewedAndRefunded, committed)},
	{"inquiry", sells(func(t *teller) { t.openInquiry() }, committed)},
	{"inquiry closed", sells((*teller).answered, committed)},
	{"dispute prevented", sells((*teller).prevented, committed)},
	{"one card tried again and again", (*teller).tester},
}

// Suspects tells n stories of suspicious orders in turn, in the given API
// version. The first event happened at begin.
func Suspects(seed uint64, n int, version string, begin time.Time) []Story {
	return told(suspicions, seed, n, version, begin)
}

// hold notes that the order is on hold from the next event on, and returns
// where to say more.
func (t *teller) hold(why string) *Hold {
	t.story.Holds = append(t.story.Holds, Hold{Order: t.pay.intent, Why: why, Since: t.now.Add(time.Second)})
	return &t.story.Holds[len(t.story.Holds)-1]
}

// about lays what all these objects have in common under the fields: what they
// are about, and when they began, which later events repeat.
func (t *teller) about(id string, since time.Time, fields object) object {
	return with(object{"id": id, "charge": t.pay.charge, "payment_intent": t.pay.intent, "created": since.Unix()}, fields)
}

func (t *teller) warned() {
	t.paid()
	id, h := t.id("issfr_"), t.hold("early_fraud_warning")
	t.event("radar.early_fraud_warning.created", t.about(id, h.Since, object{"actionable": true, "fraud_type": "misc"}), nil)
}

func (t *teller) warnedAndRefunded() {
	t.paid()
	id, h := t.id("issfr_"), t.hold("early_fraud_warning")
	t.event("radar.early_fraud_warning.created", t.about(id, h.Since, object{"actionable": true, "fraud_type": "misc"}), nil)
	t.refundAll()
	t.event("radar.early_fraud_warning.updated", t.about(id, h.Since, object{"actionable": false, "fraud_type": "misc"}), object{"actionable": true})
	h.Released = t.now
}

func (t *teller) refundAll() {
	t.refund(t.pay.amount, 0)
	t.story.Order.Status = "refunded"
	t.mails("refund", 1)
}

// openReview returns how the review ends.
func (t *teller) openReview() (end func(why string), h *Hold) {
	t.paid()
	id := t.id("prv_")
	h = t.hold("review")
	t.event("review.opened", t.about(id, h.Since, object{"open": true, "reason": "rule", "opened_reason": "rule", "closed_reason": nil}), nil)
	return func(why string) {
		t.event("review.closed", t.about(id, h.Since, object{"open": false, "reason": why, "opened_reason": "rule", "closed_reason": why}), nil)
	}, h
}

func (t *teller) approved() {
	end, h := t.openReview()
	end("approved")
	h.Released = t.now
}

// reviewedAndRefunded is not released: nobody approved the order.
func (t *teller) reviewedAndRefunded() {
	end, _ := t.openReview()
	t.refundAll()
	end("refunded_as_fraud")
}

// openDispute is one that took the money. It returns how the dispute goes on.
func (t *teller) openDispute() (next func(kind, status string), h *Hold) {
	id := t.id("dp_")
	h = t.hold("dispute")
	h.Due = h.Since.AddDate(0, 0, 9)
	next = func(kind, status string) {
		t.event("charge.dispute."+kind, t.about(id, h.Since, with(t.claim(status, h.Due), object{"balance_transactions": t.disputeMoves(kind, id)})), nil)
	}
	next("created", "needs_response")
	next("funds_withdrawn", "needs_response")
	t.mails("dispute", 1)
	return next, h
}

// openInquiry returns how the inquiry goes on. It takes no money, so the order
// stays paid.
func (t *teller) openInquiry() (next func(kind, status string), h *Hold) {
	t.paid()
	id := t.id("dp_")
	h = t.hold("inquiry")
	h.Due = h.Since.AddDate(0, 0, 9)
	next = func(kind, status string) {
		t.event("charge.dispute."+kind, t.about(id, h.Since, t.claim(status, h.Due)), nil)
	}
	next("created", "warning_needs_response")
	t.mails("dispute", 1)
	return next, h
}

func (t *teller) claim(status string, due time.Time) object {
	evidence := object{"due_by": nil, "has_evidence": false, "past_due": false, "submission_count": 0}
	if !due.IsZero() {
		evidence["due_by"] = due.Unix()
	}
	return object{
		"amount": t.pay.amount, "currency": t.pay.currency, "status": status, "reason": "fraudulent",
		"balance_transactions": []any{}, "metadata": object{}, "evidence_details": evidence,
	}
}

func (t *teller) answered() {
	next, h := t.openInquiry()
	next("updated", "warning_under_review")
	next("closed", "warning_closed")
	h.Released = t.now
}

func (t *teller) prevented() {
	t.paid()
	h := t.hold("dispute")
	t.event("charge.dispute.created", t.about(t.id("dp_"), h.Since, t.claim("prevented", time.Time{})), nil)
	t.mails("dispute", 1)
}

// tester tries one card for an order until the fifth failure holds it.
func (t *teller) tester() {
	t.created()
	for range 5 {
		t.declined()
	}
	// The fifth charge failed one event before the last.
	t.hold("failures").Since = t.now.Add(-time.Second)
	t.story.Order.Status, t.story.Order.Paid = "failed", 0
	t.mails("failed", 5)
}

// card is the customer's own: Stripe's samples all show one card, and many
// customers who share it would look like a tester.
func (t *teller) card() object {
	return object{"type": "card", "card": object{
		"brand": "visa", "last4": "4242", "funding": "credit", "network": "visa", "country": "US",
		"fingerprint": "card" + strings.TrimPrefix(t.story.Customer, "cus_"),
	}}
}
