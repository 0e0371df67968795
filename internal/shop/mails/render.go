package mails

import (
	"bytes"
	"embed"
	"fmt"
	html "html/template"
	"strings"
	text "text/template"

	"github.com/payhooks/payhooks/internal/mail"
	"github.com/payhooks/payhooks/internal/safetext"
)

// The looks of all mails. Their words are in languages.
//
//go:embed templates
var files embed.FS

var (
	textTemplate = text.Must(text.ParseFS(files, "templates/mail.txt.tmpl"))
	htmlTemplate = html.Must(html.ParseFS(files, "templates/mail.html.tmpl"))
)

// render makes the mail of n in one language.
func (s Sender) render(n notice, to string, w language) (mail.Mail, error) {
	l := s.written(n, w)
	var words, look bytes.Buffer
	if err := textTemplate.Execute(&words, l); err != nil {
		return mail.Mail{}, fmt.Errorf("text of %s: %w", n.kind, err)
	}
	if err := htmlTemplate.Execute(&look, l); err != nil {
		return mail.Mail{}, fmt.Errorf("page of %s: %w", n.kind, err)
	}
	return mail.Mail{
		To: to, From: s.From, Subject: l.Subject,
		Text: strings.TrimSpace(words.String()) + "\n", HTML: strings.TrimSpace(look.String()) + "\n",
		Kind: n.kind, Event: n.event, Key: n.key, Reference: safetext.Line(n.reference, longestValue),
		Unsubscribe: l.Leave.To, Via: s.Via,
	}, nil
}

// sentence ends s with a full stop, unless it was cut.
func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "…") {
		return s
	}
	return s + "."
}
