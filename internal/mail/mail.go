// Package mail sends mail through Amazon SES, each one once.
package mail

import (
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	netmail "net/mail"
	"net/url"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/safetext"
)

// Mail is one message to one recipient.
type Mail struct {
	To      string // an address, with or without a name
	From    string // an address, with or without a name
	Subject string
	Text    string
	HTML    string

	// What the mail is about travels in X-Payhooks-* headers, so that a mail
	// found anywhere leads back to its event. An empty one is left out.
	Kind      string // receipt, failed, refund, trial_ending, dispute
	Event     string // id of the event that caused it
	Key       string // effect key, as in receipt/pi_123
	Reference string // the shop's own number of the order

	// Unsubscribe is where to ask for no more mails of the kind, a link of https or mailto;
	// empty for nowhere. A mail program follows an https link in one click, with a POST.
	Unsubscribe string
	Via         Via
}

// Via is the configuration set of SES that a mail is sent with. SES reports what becomes of
// the mail with Stack and Action, so that the report leads back to its effect. Without a Set
// it is the one that the sender's identity has by default, if any, and nothing is reported.
type Via struct{ Set, Stack, Action string }

// Tags of SES that a mail has besides a configuration set. Reports have them, and the
// infrastructure selects by the first two. Headers would not do: reports have those with the
// recipient's address.
const (
	TagStack  = "payhooks-stack"
	TagAction = "payhooks-action"
	TagEvent  = "payhooks-event"
	TagKey    = "payhooks-key" // see EncodeKey
)

// EncodeKey is an effect key in the characters that SES takes for a tag.
func EncodeKey(key string) string { return base64.RawURLEncoding.EncodeToString([]byte(key)) }

// DecodeKey is the key that was encoded.
func DecodeKey(tag string) (string, error) {
	key, err := base64.RawURLEncoding.DecodeString(tag)
	return string(key), err
}

// maxTag is what SES takes as a tag's value.
const maxTag = 256

// longest values, in characters: RFC 5321's for an address, a readable line for
// the others, and what SES takes as a header's value with its name (996).
const (
	maxAddress = 320
	maxSubject = 200
	maxHeader  = 200
	maxEncoded = 900
)

// ParseAddress reads one mail address, with or without a name. Its errors do
// not repeat the address.
func ParseAddress(s string) (netmail.Address, error) {
	if safetext.Hides(s) {
		return netmail.Address{}, errors.New("address holds characters that are not shown")
	}
	a, err := netmail.ParseAddress(strings.TrimSpace(s))
	if err != nil || len(a.Address) > maxAddress || !bare(a.Address) {
		return netmail.Address{}, errors.New("not a mail address")
	}
	return *a, nil
}

// bare reports whether an address is the same without quotes, and names a host. A
// quoted one can hold commas and other addresses, which SES would read as a list.
func bare(address string) bool {
	return (&netmail.Address{Address: address}).String() == "<"+address+">" && !strings.Contains(address, "[")
}

// addresses returns the recipient, bare, and the sender, with its name encoded.
func (m Mail) addresses() (to, from string, err error) {
	t, err := ParseAddress(m.To)
	if err != nil {
		return "", "", fmt.Errorf("mail %w: recipient: %w", event.ErrRejected, err)
	}
	f, err := ParseAddress(m.From)
	if err != nil {
		return "", "", fmt.Errorf("mail %w: sender: %w; set MailFrom to an address that SES has verified", event.ErrRejected, err)
	}
	return t.Address, f.String(), nil
}

// headers are the X-Payhooks-* headers of m and how to unsubscribe, in a fixed order.
func (m Mail) headers() (names, values []string) {
	for _, h := range [][2]string{
		{"X-Payhooks-Kind", m.Kind},
		{"X-Payhooks-Event", m.Event},
		{"X-Payhooks-Key", m.Key},
		{"X-Payhooks-Reference", m.Reference},
	} {
		if v := headerValue(h[1]); v != "" {
			names, values = append(names, h[0]), append(values, v)
		}
	}
	if link := unsubscribe(m.Unsubscribe); link != "" {
		names, values = append(names, "List-Unsubscribe"), append(values, "<"+link+">")
		if strings.HasPrefix(link, "https:") {
			names, values = append(names, "List-Unsubscribe-Post"), append(values, "List-Unsubscribe=One-Click")
		}
	}
	return names, values
}

// unsubscribe is the link if it can stand in a header as it is, else empty: cut or encoded it
// would lead elsewhere.
func unsubscribe(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "https" && u.Scheme != "mailto" || len(link) > maxEncoded || headerValue(link) != link || strings.ContainsAny(link, "<> ,") {
		return ""
	}
	return link
}

// headerValue is s as one line of printable ASCII, cut to what SES takes;
// anything beyond ASCII is RFC 2047 encoded words, which
// mime.WordDecoder.DecodeHeader reads back.
func headerValue(s string) string {
	for limit := maxHeader; ; limit /= 2 {
		v := strings.ReplaceAll(mime.QEncoding.Encode("utf-8", line(s, limit)), "\r\n", "")
		if len(v) <= maxEncoded {
			return v
		}
	}
}

// line is s as one line of at most limit characters. What looks like an encoded word
// is none: a reader would decode what the filter did not see.
func line(s string, limit int) string {
	return safetext.Clip(strings.ReplaceAll(safetext.Line(s, limit), "=?", "= ?"), limit)
}
