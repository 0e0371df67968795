package mails

// disputeTexts are the texts about a dispute whose status Stripe calls so.
var disputeTexts = map[string]struct{ title, body string }{
	"warning_needs_response": {"dispute.title_inquiry", "dispute.inquiry"},
	"warning_under_review":   {"dispute.title_inquiry", "dispute.inquiry"},
	"warning_closed":         {"dispute.title_inquiry", "dispute.inquiry_closed"},
	"needs_response":         {"dispute.title", "dispute.withheld"},
	"under_review":           {"dispute.title", "dispute.withheld"},
	"prevented":              {"dispute.title_prevented", "dispute.prevented"},
	"won":                    {"dispute.title_won", "dispute.won"},
	"lost":                   {"dispute.title_lost", "dispute.lost"},
	closed:                   {"dispute.title_closed", "dispute.other_status"},
}

// dispute is to the shop. Evidence that is late cannot be given.
func (l *letter) dispute(n notice, inTime bool) {
	texts, ok := disputeTexts[n.status]
	if !ok {
		texts.title, texts.body = "dispute.title", "dispute.other_status"
		if isInquiry(n.status) {
			texts.title, texts.body = "dispute.title_inquiry", "dispute.inquiry"
		}
	}
	status := value(spaced(n.status), longestValue)
	if texts.body == "dispute.other_status" && status == "" {
		texts.body = "dispute.other"
	}
	l.Tone, l.Title = "bad", l.say(texts.title)
	if order := value(n.reference, longestReference); order != "" {
		l.Subject = l.say("dispute.subject_order", "title", l.Title, "order", order)
	} else {
		l.Subject = l.say("dispute.subject", "title", l.Title)
	}
	l.add(l.say(texts.body, "status", status))
	if why := value(n.reason, longestValue); why != "" { // as Stripe's dashboard has it
		l.add(l.Line(detail{l.say("label.reason"), sentence(why)}))
	}
	if inTime {
		l.Callout = l.say("dispute.evidence", "date", l.words.date(n.deadline))
	}
}
