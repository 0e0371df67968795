package mails

import (
	"net/url"
	"strings"

	"github.com/payhooks/payhooks/internal/safetext"
)

const (
	// longestValue is more than any honest value; a text has no room for others.
	longestValue = 200
	// longestReference is of what a mail calls an order. A sentence is not a number.
	longestReference = 60
	longestLink      = 500
)

// value is what others wrote as a mail may quote it: one line that hides nothing.
// Whoever pays chooses some of it, and the address that the mail goes to: a text
// with what mail programs would turn into a link is left out.
func value(s string, longest int) string {
	return safetext.Clip(safetext.Unlinked(safetext.Line(s, longestText)), longest)
}

// longestText is how much of a text is searched for links: more than is shown.
const longestText = 1000

// webPage is the link if it is one that a mail can show as it is, else empty.
func webPage(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || safetext.Line(link, longestLink) != link {
		return ""
	}
	return link
}

// stripePage is the link if it is one of Stripe's pages, else empty. No customer of theirs
// can make one.
func stripePage(link string) string {
	u, err := url.Parse(webPage(link))
	if err != nil || u.Scheme != "https" || u.Port() != "" || u.Hostname() != "stripe.com" && !strings.HasSuffix(u.Hostname(), ".stripe.com") {
		return ""
	}
	return link
}
