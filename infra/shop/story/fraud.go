package story

import "time"

// Hold is what `payhooks holds` must show in the end.
type Hold struct {
	Order, Why           string
	Since, Due, Released time.Time // zero where there is none
}

// suspicions are what makes an order suspicious.
var suspicions = []scenario{
	{"early fraud warning", sells((*author).warned, committed)},
	{"early fraud warning, refunded", sells((*author).warnedAndRefunded, committed)},
	{"review", sells(func(a *author) { a.openReview() }, committed)},
	{"review approved", sells((*author).approved, committed)},
	{"review ended by a refund", sells((*author).reviewedAndRefunded, committed)},
	{"inquiry", sells(func(a *author) { a.openInquiry() }, committed)},
	{"inquiry closed", sells((*author).answered, committed)},
	{"dispute prevented", sells((*author).prevented, committed)},
	{"one card tried again and again", (*author).tester},
}

// Suspects returns n stories of suspicious orders in turn, in the given API
// version. The first event happened at begin.
func Suspects(seed uint64, n int, version string, begin time.Time) []Story {
	return write(suspicions, seed, n, version, begin)
}

// hold notes that the order is on hold from the next event on, and returns
// it for its other fields.
func (a *author) hold(why string) *Hold {
	a.story.Holds = append(a.story.Holds, Hold{Order: a.pay.ID, Why: why, Since: a.life.Now.Add(time.Second)})
	return &a.story.Holds[len(a.story.Holds)-1]
}

func (a *author) warned() {
	a.paid()
	a.hold("early_fraud_warning")
	a.pay.Warn("created", a.id("issfr_"), true)
}

func (a *author) warnedAndRefunded() {
	a.paid()
	id, h := a.id("issfr_"), a.hold("early_fraud_warning")
	a.pay.Warn("created", id, true)
	a.refundAll()
	a.pay.Warn("updated", id, false)
	h.Released = a.life.Now
}

// openReview returns how the review ends.
func (a *author) openReview() (end func(why string), h *Hold) {
	a.paid()
	id := a.id("prv_")
	h = a.hold("review")
	a.pay.Review("opened", id, "")
	return func(why string) { a.pay.Review("closed", id, why) }, h
}

func (a *author) approved() {
	end, h := a.openReview()
	end("approved")
	h.Released = a.life.Now
}

// reviewedAndRefunded is not released: the order was not approved.
func (a *author) reviewedAndRefunded() {
	end, _ := a.openReview()
	a.refundAll()
	end("refunded_as_fraud")
}

// openDispute is one that took the money. It returns how the dispute continues.
func (a *author) openDispute(amount int64) (next func(kind, status string), h *Hold) {
	id := a.id("dp_")
	h = a.hold("dispute")
	h.Due = h.Since.AddDate(0, 0, 9)
	d := a.pay.DisputeOf(id)
	d.Due = h.Due
	next = func(kind, status string) {
		d.Moves = a.disputeMoves(kind, id, amount)
		a.pay.Dispute(kind, id, amount, status)
	}
	next("created", "needs_response")
	next("funds_withdrawn", "needs_response")
	a.mails("dispute", 1)
	return next, h
}

// openInquiry returns how the inquiry continues. It takes no money, so the order
// stays paid.
func (a *author) openInquiry() (next func(kind, status string), h *Hold) {
	a.paid()
	id := a.id("dp_")
	h = a.hold("inquiry")
	h.Due = h.Since.AddDate(0, 0, 9)
	a.pay.DisputeOf(id).Due = h.Due
	next = func(kind, status string) { a.pay.Dispute(kind, id, a.pay.Amount, status) }
	next("created", "warning_needs_response")
	a.mails("dispute", 1)
	return next, h
}

func (a *author) answered() {
	next, h := a.openInquiry()
	next("updated", "warning_under_review")
	next("closed", "warning_closed")
	h.Released = a.life.Now
}

func (a *author) prevented() {
	a.paid()
	a.hold("dispute")
	a.pay.Dispute("created", a.id("dp_"), a.pay.Amount, "prevented")
	a.mails("dispute", 1)
}

// tester tries one card for an order until the fifth failure holds it.
func (a *author) tester() {
	a.pay.Create()
	for range 5 {
		a.pay.Decline()
	}
	// The fifth charge failed one event before the last.
	a.hold("failures").Since = a.life.Now.Add(-time.Second)
	a.story.Order.Status, a.story.Order.Paid = "failed", 0
	a.mails("failed", 1)
}
