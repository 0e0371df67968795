package mails

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/payhooks/payhooks/internal/mail"
	"github.com/payhooks/payhooks/internal/safetext"
)

// Unsubscribe is where a customer asks for no more mails of a kind: mailto:ADDRESS, or an https
// address with {customer}, which stands for the customer's id at Stripe; empty for nowhere.
//
// The law wants it of mails that advertise, not of those that a customer needs for what was
// bought: receipts, refunds, failed payments. Nobody can unsubscribe from those here, and a
// notice of a dispute goes to the shop itself. The end of a trial is in between. It is a
// notice about a running contract, which card networks and several countries even demand; where
// it invites to stay, it counts as an advertisement, and large mail providers ask for a way out
// in one click (RFC 8058) of whoever sends many. So this kind alone has it, if the shop wants it.
// That the customer is not reminded again is then the shop's to see to.
type Unsubscribe string

const (
	customerID = "{customer}"
	longestWay = 150 // characters; with a customer's id it is a header's value as it is
)

// check is why there is no way out, or nil. A link that does not say who follows it cannot be
// followed by a program.
func (u Unsubscribe) check() error {
	if u == "" {
		return nil
	}
	link, err := url.Parse(u.to("cus_1"))
	switch {
	case err != nil || safetext.Line(string(u), longestWay) != string(u) || strings.ContainsAny(string(u), "<> ,"):
	case link.Scheme == "mailto":
		if a, err := mail.ParseAddress(link.Opaque); err == nil && a.Name == "" {
			return nil
		}
	case link.Scheme == "https" && webPage(u.to("cus_1")) != "" && strings.Contains(string(u), customerID):
		return nil
	}
	return fmt.Errorf("environment variable MAIL_UNSUBSCRIBE is %q: expected mailto:ADDRESS, or an https address that contains %s", string(u), customerID)
}

// of is the way out of mails as n, or empty.
func (u Unsubscribe) of(n notice) string {
	if n.kind != kindTrial || n.customer == "" && strings.Contains(string(u), customerID) {
		return ""
	}
	return u.to(n.customer)
}

func (u Unsubscribe) to(customer string) string {
	return strings.ReplaceAll(string(u), customerID, url.QueryEscape(customer))
}
