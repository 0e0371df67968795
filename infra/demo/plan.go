package demo

import (
	"context"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/webhook"
)

// Event is one event to be signed and posted.
type Event struct {
	ID, Type string
	Body     []byte
	// Others are further forms of the same occurrence, of other destinations and of
	// Stripe's lists: whichever comes first is stored.
	Others [][]byte
	// Party is the customer that the event is about, if the plan has any. Judges
	// accept a missing message to a party with an effect of unknown outcome.
	Party string
}

// Plan is a set of events and their expected results.
type Plan struct {
	Title     string // what is posted
	Order     string // how it is posted
	Customers int
	Versions  []string // API versions and forms whose results must be identical
	Events    []Event  // each once
	// Requests returns the events in the order of posting, with repeats. An event
	// moves by up to window places.
	Requests func(window int) []Event
	// Prepare stores what the stack needs besides the events; nil is nothing.
	Prepare func(context.Context, *cli.Target) error
	Judges  []Judge
}

// Judge compares the results of one action with the plan.
type Judge struct {
	Action string // without a rule for it, the judge does not run
	Check  func(*Review) error
}

// Samples is a plan of Stripe's own samples in every API version, each fifth one
// posted twice. It expects nothing of any action.
func Samples() (*Plan, error) {
	p := &Plan{Order: "every fifth event twice"}
	for _, version := range events.Versions() {
		types, err := events.Types(version)
		if err != nil {
			return nil, err
		}
		for _, kind := range types {
			body, err := events.Sample(kind, version)
			if err != nil {
				return nil, err
			}
			f, _ := webhook.Parse(body)
			p.Events = append(p.Events, Event{ID: f.ID, Type: kind, Body: body})
		}
	}
	p.Title = cli.Count(len(p.Events), "sample", "samples") + " of Stripe's events, in API versions " + strings.Join(events.Versions(), " and ")
	p.Requests = func(int) []Event { return repeated(p.Events) }
	return p, nil
}

// repeated adds every fifth event a second time at the end.
func repeated(all []Event) []Event {
	twice := slices.Clone(all)
	for i := 0; i < len(all); i += 5 {
		twice = append(twice, all[i])
	}
	return twice
}
