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

// EventStatuses are the tabs of the list.
func (frame) EventStatuses() []string {
	all := make([]string, len(operator.Statuses))
	for i, s := range operator.Statuses {
		all[i] = string(s)
	}
	return all
}

// ReplayURL is the dialog that replays what the filters of the list select.
func (f frame) ReplayURL() string { return address("/do/replay", f.Filters()) }
