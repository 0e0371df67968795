package console

import (
	"html/template"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// Amount is that of the facts.
func (frame) Amount(f *event.Facts) string { return operator.AmountText(*f, false) }

// Lag is how long after its creation an event was received; empty if that is not known.
func (frame) Lag(d *eventData) string {
	if d.Facts == nil || d.Facts.Created.IsZero() || d.Received.Before(d.Facts.Created) {
		return ""
	}
	return duration(d.Received.Sub(d.Facts.Created))
}

// Signature says how the event is known to be Stripe's.
func (frame) Signature(d *eventData) template.HTML {
	shape, text := "done", "valid on receipt"
	switch {
	case d.Quarantine != nil:
		shape, text = "quarantined", "quarantined: "+d.Quarantine.Reason
	case d.Endpoint == event.EndpointListed:
		text = "fetched from Stripe, unsigned"
	case d.Endpoint == event.EndpointImported:
		text = "made by an import of what Stripe's API had, unsigned"
	}
	return `<span class="st ` + template.HTML(shape) + `">` + icon(shape) + template.HTML(template.HTMLEscapeString(text)) + `</span>` //nolint:gosec // escaped
}

// Advised is the command that does the same as the buttons of a delivery.
func (f frame) Advised(x *operator.Explanation) string {
	if x.State == string(event.Unknown) {
		return f.console.Command("parked", "resolve", x.Event, x.Action, "--happened") + "  # or --did-not-happen"
	}
	return f.console.Command("parked", "retry", x.Event, x.Action, "--yes")
}

// EventTabs are those of the list. What needs a person has its own page; a count of
// deliveries stands at no status of events.
func (f frame) EventTabs() []stateTab {
	now := f.Request.URL.Query().Get("status")
	s, _ := f.console.counted()
	counts := map[event.Status]*int{event.StatusPending: s.Pending, event.StatusQuarantined: s.Quarantined}
	all := []stateTab{{Name: "All", URL: f.With("status", ""), Current: now == ""}, {Name: TabAttention, URL: "/attention", Count: s.Person()}}
	for _, st := range operator.Statuses {
		t := stateTab{State: string(st), Name: string(st), URL: f.With("status", string(st)), Current: now == string(st)}
		if n := counts[st]; n != nil {
			t.Count = *n
		}
		all = append(all, t)
	}
	return all
}

// ReplayURL is the dialog that replays what the filters of the list select.
func (f frame) ReplayURL() string { return address("/do/replay", f.Filters()) }
