package notices

import (
	"fmt"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/notice"
	"github.com/payhooks/payhooks/internal/safetext"
	"github.com/payhooks/payhooks/internal/shop/fraud"
)

// The texts name ids and times only. The shop's own reference is left out: it
// may hold anything.

// id is an id of Stripe as a text or a link can have it: nothing else passes.
func id(s string) string {
	return safetext.Clip(strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '_'
	}, s), longestID)
}

// longestID is what Stripe's ids may have at most.
const longestID = 255

// reasons say why an order is on hold and what ends it.
var reasons = map[string]struct{ name, says, then string }{
	fraud.Warning: {
		"early fraud warning", "a card network says that the payment may be fraud",
		"A refund in full may avoid a dispute and its fee.",
	},
	fraud.Review:  {"review", "the payment is under review at Stripe", "Approving the review releases it."},
	fraud.Inquiry: {"inquiry", "the customer's bank asks about the payment; no money was taken", "Answering may avoid a dispute."},
	fraud.Dispute: {"dispute", "the payment is disputed", "It is released when the dispute is closed."},
}

// onHold is the notice of one order.
func onHold(h fraud.Hold) notice.Notice {
	r := reasons[h.Why]
	subject := fmt.Sprintf("%sOn hold: %s, %s", mode(h.Scope), id(h.Order), r.name)
	lines := []string{fmt.Sprintf("The order %s is on hold since %s: %s.", id(h.Order), when(h.Since), r.says)}
	if !h.Due.IsZero() {
		subject += ", evidence due " + h.Due.Format(time.DateOnly)
		lines = append(lines, "Evidence must be in by "+when(h.Due)+".")
	}
	lines = append(lines, r.then, dashboard(h.Scope)+"payments/"+id(h.Order))
	return notice.Notice{Subject: subject, Text: strings.Join(lines, "\n")}
}

// burst is the notice of many failures on one card or customer.
func burst(s fraud.Source, b fraud.Burst, r fraud.Rule) notice.Notice {
	kind, source := fraud.SourceKey(s.Source)
	link := dashboard(s.Scope) + "customers/" + id(source)
	if kind == "card" {
		link = dashboard(s.Scope) + "search?query=fingerprint%3A" + id(source)
	}
	return notice.Notice{
		Subject: fmt.Sprintf("%sOn hold: %d failed payments on one %s", mode(s.Scope), b.Failed, kind),
		Text: strings.Join([]string{
			fmt.Sprintf("%d payments failed on one %s since %s; %d within %.0f minutes are too many.", b.Failed, kind, when(b.Begin), r.Limit, r.Window.Minutes()),
			"Their orders are on hold. More may follow without a further notice today; `payhooks holds` lists them.",
			link,
		}, "\n"),
	}
}

func mode(s event.Scope) string {
	if s.Livemode {
		return ""
	}
	return "[test] "
}

func dashboard(s event.Scope) string {
	url := "https://dashboard.stripe.com/"
	if s.Account != "" {
		url += id(s.Account) + "/"
	}
	if !s.Livemode {
		url += "test/"
	}
	return url
}

func when(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
