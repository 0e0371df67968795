package mails

import (
	"cmp"
	"strings"

	"github.com/payhooks/payhooks/internal/safetext"
)

// letter is what the templates show of a mail, in its language. What others wrote passes value.
type letter struct {
	Lang      string // of the lang attribute
	Subject   string
	Shop      string
	Logo      string // an https link, may be empty
	Address   string // of the shop by post, may be empty
	Tone      string // quiet, good or bad: the colour of the title
	Title     string
	Headline  string // in large: the amount, or the day
	Paragraph []string
	Callout   string // what the reader must do by when, may be empty
	Before    string // what the button is for, in plain text
	Button    link   // may be empty
	Links     []link
	Details   []detail
	Notes     []string // at the end
	Leave     link     // to get no more mails of the kind, may be empty
	words     language
}

// link is a page that the reader can open.
type link struct{ Text, To string }

type detail struct{ Label, Value string }

// Head is the first line of the plain text.
func (l letter) Head() string { return l.Line(detail{l.Title, l.Headline}) }

// Line is the detail in plain text.
func (l letter) Line(d detail) string { return l.words.say("line", "label", d.Label, "value", d.Value) }

// written is the mail of n in words of one language.
func (s Sender) written(n notice, w language) letter {
	l := letter{
		Lang: w.tag, words: w, Tone: "quiet", Shop: safetext.Line(s.ShopName, longestValue), Logo: s.Logo,
		Address: safetext.Line(s.Address, longestValue), Headline: s.amount(n, w),
	}
	switch n.kind {
	case kindReceipt:
		l.receipt(n)
	case kindFailed:
		l.failed(n, s.payPage(n))
	case kindRefund:
		l.refund(n)
	case kindTrial:
		l.trial(n, s.Unsubscribe.of(n))
	case kindDispute:
		l.dispute(n, s.Now().Before(n.deadline))
	}
	l.detail(n)
	if !n.livemode {
		l.Notes = append(l.Notes, w.say("test"))
	}
	return l
}

// amount is what the customer saw of it.
func (s Sender) amount(n notice, w language) string {
	return value(w.amount(cmp.Or(n.shown, n.amount)), longestValue)
}

// payPage is where the customer can pay again, or empty.
func (s Sender) payPage(n notice) string { return cmp.Or(n.payLink, webPage(s.PayLink)) }

func (l *letter) say(key string, pairs ...string) string {
	return l.words.say(key, append(pairs, "shop", l.Shop, "amount", l.Headline)...)
}

func (l *letter) add(paragraph string) { l.Paragraph = append(l.Paragraph, paragraph) }

func (l *letter) receipt(n notice) {
	l.Subject, l.Title = l.say("receipt.subject"), l.say("receipt.title")
	l.add(l.say("receipt.body"))
	if n.receiptLink != "" {
		l.Links = append(l.Links, link{l.say("receipt.link"), n.receiptLink})
	}
	if n.invoiceLink != "" {
		l.Links = append(l.Links, link{l.say("receipt.invoice"), n.invoiceLink})
	}
}

func (l *letter) failed(n notice, page string) {
	l.Subject, l.Title, l.Tone = l.say("failed.subject"), l.say("failed.title"), "bad"
	l.add(l.say("failed.body"))
	if why := l.reason(n); why != "" {
		l.add(why)
	}
	if page != "" {
		l.Before, l.Button = l.say("failed.open"), link{l.say("failed.again"), page}
	}
}

// reason is why a payment failed. Stripe's own sentence is in English.
func (l *letter) reason(n notice) string {
	if l.words.tag == english {
		return sentence(value(n.reason, longestValue))
	}
	switch n.code {
	case "":
		return ""
	case "expired_card":
		return l.say("failed.expired")
	case "insufficient_funds":
		return l.say("failed.funds")
	case "incorrect_cvc", "invalid_cvc":
		return l.say("failed.code")
	case "authentication_required", "payment_intent_authentication_failure":
		return l.say("failed.confirm")
	}
	return l.say("failed.declined")
}

func (l *letter) refund(n notice) {
	l.Subject, l.Title, l.Tone = l.say("refund.subject"), l.say("refund.title"), "good"
	if to := l.method(n.card); to != "" {
		l.add(l.say("refund.body_to", "method", to))
	} else {
		l.add(l.say("refund.body"))
	}
	if n.receiptLink != "" { // which lists the payment's refunds
		l.Links = append(l.Links, link{l.say("receipt.link"), n.receiptLink})
	}
}

func (l *letter) trial(n notice, leave string) {
	l.Headline = l.words.date(n.deadline)
	l.Subject, l.Title = l.say("trial.subject", "date", l.Headline), l.say("trial.title")
	l.add(l.say("trial.body"))
	if leave != "" {
		l.Leave = link{l.say("trial.unsubscribe"), leave}
	}
}

// detail lists what the mail is about. The end of a trial is about no payment yet.
func (l *letter) detail(n notice) {
	add := func(label, value string) {
		if value != "" {
			l.Details = append(l.Details, detail{l.say(label), value})
		}
	}
	if n.kind == kindTrial {
		add("label.order", value(n.reference, longestReference))
		return
	}
	add("label.amount", l.Headline)
	add("label.order", value(n.reference, longestReference))
	add("label.method", l.method(n.card))
	add("label.date", l.words.moment(n.at))
	add("label.payment", value(n.payment, longestValue))
}

// method is what was paid with, as in "Visa ending in 4242".
func (l *letter) method(m method) string {
	switch m {
	case paidDirectly:
		return l.say("method.direct")
	case fromBalance:
		return l.say("method.balance")
	}
	name, last4 := value(m.name, longestValue), value(m.last4, longestValue)
	if last4 == "" {
		return name
	}
	return strings.TrimSpace(value(l.say("method.card", "name", name, "last4", last4), longestValue))
}
