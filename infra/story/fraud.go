package story

import (
	"math/rand/v2"
	"strings"
	"time"
)

// Hold is what `payhooks holds` must show in the end.
type Hold struct {
	Order, Why           string
	Since, Due, Released time.Time // zero where there is none
}

// Suspect is a story with the holds that must come of it.
type Suspect struct {
	Story
	Holds []Hold
}

// suspicions are what makes an order suspicious, told in turn.
var suspicions = []struct {
	title string
	tell  func(*suspect)
}{
	{"early fraud warning", (*suspect).warned},
	{"early fraud warning, refunded", (*suspect).warnedAndRefunded},
	{"review", (*suspect).reviewed},
	{"review approved", (*suspect).approved},
	{"review ended by a refund", (*suspect).reviewedAndRefunded},
	{"inquiry", (*suspect).asked},
	{"inquiry closed", (*suspect).answered},
	{"dispute prevented", (*suspect).prevented},
	{"one card tried again and again", (*suspect).tester},
}

// Suspects tells n stories of suspicious orders in turn, in the given API
// version. The first event happened at begin.
func Suspects(seed uint64, n int, version string, begin time.Time) []Suspect {
	t := &teller{version: version, rng: rand.New(rand.NewPCG(seed, 4)), now: begin} //nolint:gosec // made-up data
	all := make([]Suspect, n)
	for i := range all {
		s := suspicions[i%len(suspicions)]
		t.begin(i)
		told := &suspect{teller: t}
		s.tell(told)
		t.story.Title = s.title
		all[i] = Suspect{t.story, told.holds}
	}
	return all
}

// suspect tells of one order and keeps what must hold it.
type suspect struct {
	*teller
	holds []Hold
}

// hold notes that the order is on hold from the next event on, and returns
// where to say more.
func (s *suspect) hold(why string) *Hold {
	s.holds = append(s.holds, Hold{Order: s.pay.intent, Why: why, Since: s.now.Add(time.Second)})
	return &s.holds[len(s.holds)-1]
}

// about lays what all these objects have in common under the fields: what they
// are about, and when they began, which later events repeat.
func (s *suspect) about(id string, since time.Time, fields object) object {
	return with(object{"id": id, "charge": s.pay.charge, "payment_intent": s.pay.intent, "created": since.Unix()}, fields)
}

func (s *suspect) warned() {
	s.paid()
	id, h := s.id("issfr_"), s.hold("early_fraud_warning")
	s.event("radar.early_fraud_warning.created", s.about(id, h.Since, object{"actionable": true, "fraud_type": "misc"}), nil)
}

func (s *suspect) warnedAndRefunded() {
	s.paid()
	id, h := s.id("issfr_"), s.hold("early_fraud_warning")
	s.event("radar.early_fraud_warning.created", s.about(id, h.Since, object{"actionable": true, "fraud_type": "misc"}), nil)
	s.refundAll()
	s.event("radar.early_fraud_warning.updated", s.about(id, h.Since, object{"actionable": false, "fraud_type": "misc"}), object{"actionable": true})
	h.Released = s.now
}

func (s *suspect) refundAll() {
	s.refund(s.pay.amount, 0)
	s.story.Order.Status = "refunded"
	s.mails("refund", 1)
}

func (s *suspect) reviewed() { s.openReview() }

// openReview returns how the review ends.
func (s *suspect) openReview() (end func(why string), h *Hold) {
	s.paid()
	id := s.id("prv_")
	h = s.hold("review")
	s.event("review.opened", s.about(id, h.Since, object{"open": true, "reason": "rule", "opened_reason": "rule", "closed_reason": nil}), nil)
	return func(why string) {
		s.event("review.closed", s.about(id, h.Since, object{"open": false, "reason": why, "opened_reason": "rule", "closed_reason": why}), nil)
	}, h
}

func (s *suspect) approved() {
	end, h := s.openReview()
	end("approved")
	h.Released = s.now
}

// reviewedAndRefunded is not released: nobody approved the order.
func (s *suspect) reviewedAndRefunded() {
	end, _ := s.openReview()
	s.refundAll()
	end("refunded_as_fraud")
}

func (s *suspect) asked() { s.openInquiry() }

// openInquiry returns how the inquiry goes on. It takes no money, so the order
// stays paid.
func (s *suspect) openInquiry() (next func(kind, status string), h *Hold) {
	s.paid()
	id := s.id("dp_")
	h = s.hold("inquiry")
	h.Due = h.Since.AddDate(0, 0, 9)
	next = func(kind, status string) {
		s.event("charge.dispute."+kind, s.about(id, h.Since, s.claim(status, h.Due)), nil)
	}
	next("created", "warning_needs_response")
	s.mails("dispute", 1)
	return next, h
}

func (s *suspect) claim(status string, due time.Time) object {
	evidence := object{"due_by": nil, "has_evidence": false, "past_due": false, "submission_count": 0}
	if !due.IsZero() {
		evidence["due_by"] = due.Unix()
	}
	return object{
		"amount": s.pay.amount, "currency": s.pay.currency, "status": status, "reason": "fraudulent",
		"balance_transactions": []any{}, "metadata": object{}, "evidence_details": evidence,
	}
}

func (s *suspect) answered() {
	next, h := s.openInquiry()
	next("updated", "warning_under_review")
	next("closed", "warning_closed")
	h.Released = s.now
}

func (s *suspect) prevented() {
	s.paid()
	h := s.hold("dispute")
	s.event("charge.dispute.created", s.about(s.id("dp_"), h.Since, s.claim("prevented", time.Time{})), nil)
	s.mails("dispute", 1)
}

// tester tries one card for an order until the fifth failure holds it.
func (s *suspect) tester() {
	s.created()
	for range 5 {
		s.declined()
	}
	// The fifth charge failed one event before the last.
	s.hold("failures").Since = s.now.Add(-time.Second)
	s.story.Order.Status, s.story.Order.Paid = "failed", 0
	s.mails("failed", 5)
}

// card is the customer's own: Stripe's samples all show one card, and many
// customers who share it would look like a tester.
func (t *teller) card() object {
	return object{"type": "card", "card": object{
		"brand": "visa", "last4": "4242", "funding": "credit", "network": "visa", "country": "US",
		"fingerprint": "card" + strings.TrimPrefix(t.story.Customer, "cus_"),
	}}
}
