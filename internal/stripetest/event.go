// Package stripetest builds test events: a customer's life as Stripe reports it,
// for a scope and an API version, single events with fields of the test's
// choice, and the orders in which Stripe may deliver them.
//
// Objects are Stripe's own samples with fields laid over them, so their shapes
// are real. Differences between API versions are those of facts.Version.
package stripetest

import (
	"encoding/json"
	"time"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// The API versions that there are samples of: Stripe's newest, and the older one
// that stripe-go v76 reads.
const (
	Latest facts.Version = events.Latest
	Older  facts.Version = events.Go
)

// Versions are Older and Latest.
var Versions = []facts.Version{Older, Latest}

// Noon is when an event without a time, and a life, begins.
var Noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// Object is a JSON object.
type Object = map[string]any

// Event is one event as Stripe sends it. The zero value of a field that an event
// must have is a default: evt_1, Latest, Noon.
type Event struct {
	ID, Type string
	Version  facts.Version
	Scope    event.Scope
	Created  time.Time
	Object   any    // data.object; Sample makes one of real shape
	Previous Object // data.previous_attributes; nil is none
}

// Body returns the event as JSON. It panics if the object has no JSON.
func (e Event) Body() []byte {
	e = e.whole()
	data := Object{"object": e.Object}
	if e.Previous != nil {
		data["previous_attributes"] = e.Previous
	}
	body, err := json.Marshal(envelope{
		ID: e.ID, Object: "event", Account: e.Scope.Account, Version: e.Version, Created: e.Created.Unix(), Data: data,
		Livemode: e.Scope.Livemode, Pending: 1, Request: Object{"id": nil, "idempotency_key": nil}, Type: e.Type,
	})
	if err != nil {
		panic(err)
	}
	return body
}

// View returns the event as an action reads it. It panics if the object cannot
// be read: use Body for events that are malformed on purpose.
func (e Event) View() facts.Event {
	e = e.whole()
	var view facts.Event
	f := event.Facts{ID: e.ID, Type: e.Type, APIVersion: string(e.Version), Created: e.Created.UTC(), Scope: e.Scope}
	if err := view.DecodeEvent(f, e.Body()); err != nil {
		panic(err)
	}
	return view
}

func (e Event) whole() Event {
	if e.ID == "" {
		e.ID = "evt_1"
	}
	if e.Version == "" {
		e.Version = Latest
	}
	if e.Created.IsZero() {
		e.Created = Noon
	}
	return e
}

// envelope has the members of an event in Stripe's order.
type envelope struct {
	ID       string        `json:"id"`
	Object   string        `json:"object"`
	Account  string        `json:"account,omitempty"`
	Version  facts.Version `json:"api_version"`
	Created  int64         `json:"created"`
	Data     Object        `json:"data"`
	Livemode bool          `json:"livemode"`
	Pending  int           `json:"pending_webhooks"`
	Request  Object        `json:"request"`
	Type     string        `json:"type"`
}
