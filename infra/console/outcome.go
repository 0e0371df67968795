package console

import (
	"html/template"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// gravity is the order in which deliveries are listed: what needs a person first.
var gravity = []event.State{event.Unknown, event.Parked, event.Waiting, event.Discarded, event.Done}

// whatCame is the reason of the worst delivery, else what the others did.
func whatCame(e operator.EventRow) template.HTML {
	if e.Status == event.StatusQuarantined {
		return linked(e.Held)
	}
	for _, s := range gravity[:3] {
		for _, d := range e.Deliveries {
			if d.State == s && d.Error != "" {
				return linked(d.Action + ": " + d.Error)
			}
		}
	}
	return linked(strings.Join(outcomes(e.Deliveries), "; "))
}

// outcomes are what the deliveries did, each once. Those that say that something stays as
// it was come last.
func outcomes(ds []event.Delivery) (all []string) {
	for _, d := range ds {
		if d.State == event.Done && d.Outcome != "" && !d.Withheld && !slices.Contains(all, d.Outcome) {
			all = append(all, d.Outcome)
		}
	}
	rank := func(s string) int { return strings.Count(" "+s, " stay") }
	slices.SortStableFunc(all, func(a, b string) int { return rank(a) - rank(b) })
	return all
}

// ids finds Stripe's ids that have a page.
var ids = regexp.MustCompile(`\b(?:evt|pi|ch|py|in|sub|cs|re|du|dp|po|cus)_[A-Za-z0-9_]{1,250}`)

// linked is a text whose ids lead to their pages.
func linked(text string) template.HTML {
	var out strings.Builder
	at := 0
	for _, m := range ids.FindAllStringIndex(text, -1) {
		out.WriteString(template.HTMLEscapeString(text[at:m[0]]))
		id := text[m[0]:m[1]]
		out.WriteString(`<a href="` + pageOf(id) + `">` + template.HTMLEscapeString(id) + `</a>`)
		at = m[1]
	}
	out.WriteString(template.HTMLEscapeString(text[at:]))
	return template.HTML(out.String()) //nolint:gosec // every part is escaped
}

// pageOf is where an id of letters, digits and lines is shown.
func pageOf(id string) string {
	if strings.HasPrefix(id, "evt_") {
		return "/events/" + id
	}
	return timelinePath(id)
}

// timelinePath is where an id of any text is in the middle.
func timelinePath(id string) string { return "/timeline/" + url.PathEscape(id) }
