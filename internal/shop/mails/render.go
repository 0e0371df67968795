package mails

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	html "html/template"
	"strings"
	text "text/template"
	"time"

	"github.com/payhooks/payhooks/internal/mail"
	"github.com/payhooks/payhooks/internal/safetext"
)

// The mails' words and looks. Each kind is a text with the subject line in it
// and the inside of layout.html.tmpl; edit them freely.
//
//go:embed templates
var files embed.FS

var (
	texts = text.Must(text.ParseFS(files, "templates/*.txt.tmpl"))
	pages = html.Must(html.ParseFS(files, "templates/*.html.tmpl"))
)

// page is what the templates can say. What others wrote passes value.
type page struct {
	Shop      string // the shop's name
	Subject   string
	Amount    string // 10.00 USD
	Reference string // the shop's own order number, may be empty
	Payment   string // Stripe's id of the payment
	Card      string // Visa ending in 4242, may be empty
	Date      string // when it happened, UTC
	Reason    string // failed, dispute: why; may be empty
	PayLink   string // failed: where to pay again; may be empty
	Deadline  string // trial_ending: its end; dispute: when to answer; may be empty
	Status    string // dispute: Stripe's, with spaces; or closed
	Inquiry   bool   // dispute: the bank asks and has taken nothing
	Test      bool   // test mode: no real money
}

const (
	dateFormat = "2 January 2006, 15:04 MST"
	dayFormat  = "2 January 2006"
)

// render makes the mail of n.
func (s Sender) render(n notice, to string) (mail.Mail, error) {
	p := s.page(n)
	subject, err := fill(texts.Lookup(n.kind+".txt.tmpl"), p, "subject_"+n.kind)
	if err != nil {
		return mail.Mail{}, err
	}
	p.Subject = strings.TrimSpace(subject)
	words, err := fill(texts.Lookup(n.kind+".txt.tmpl"), p, n.kind+".txt.tmpl")
	if err != nil {
		return mail.Mail{}, err
	}
	var look bytes.Buffer
	if err := pages.ExecuteTemplate(&look, n.kind+".html.tmpl", p); err != nil {
		return mail.Mail{}, fmt.Errorf("page of %s: %w", n.kind, err)
	}
	return mail.Mail{
		To: to, From: s.From, Subject: p.Subject,
		Text: strings.TrimSpace(words) + "\n", HTML: strings.TrimSpace(look.String()) + "\n",
		Kind: n.kind, Event: n.event, Key: n.key, Reference: safetext.Line(n.reference, longestValue),
	}, nil
}

func fill(t *text.Template, p page, name string) (string, error) {
	var b strings.Builder
	if err := t.ExecuteTemplate(&b, name, p); err != nil {
		return "", fmt.Errorf("text of %s: %w", name, err)
	}
	return b.String(), nil
}

func (s Sender) page(n notice) page {
	p := page{
		Shop: safetext.Line(s.ShopName, longestValue), Amount: value(cmp.Or(n.shown, n.amount).String(), longestValue),
		Reference: value(n.reference, longestReference), Payment: value(n.payment, longestValue),
		Card: value(n.card, longestValue), Date: n.at.UTC().Format(dateFormat), Reason: sentence(value(n.reason, longestValue)),
		PayLink: cmp.Or(n.payLink, webPage(s.PayLink)), Status: value(spaced(n.status), longestValue), Inquiry: isInquiry(n.status), Test: !n.livemode,
	}
	if n.kind == kindTrial || s.Now().Before(n.deadline) { // evidence that is late cannot be given
		p.Deadline = day(n.deadline)
	}
	return p
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(dayFormat)
}

// sentence ends s with a full stop, unless it was cut.
func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "…") {
		return s
	}
	return s + "."
}
