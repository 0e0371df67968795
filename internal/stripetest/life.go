package stripetest

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// Life is what happens to one customer. Each method that makes something happen
// is a step of one or more events; Events has them in the order of creation.
// Fields may change between steps.
type Life struct {
	Version  facts.Version
	Scope    event.Scope
	Customer string
	Email    string
	Card     string    // fingerprint
	Currency string    // of subscriptions, and of payments that name none; "" is usd
	Now      time.Time // when the last event happened, or the next if no time passes
	// Before is the time that passes before each event, After each step; nil and
	// 0 are none, so that events happen within one second.
	Before func() time.Duration
	After  time.Duration
	// NewID returns a new id with the prefix, as in pi_. Nil counts: pi_1, pi_2.
	NewID func(prefix string) string
	// Lean omits the fields of the samples that lives do not set: a third of the
	// size, for thousands of lives.
	Lean bool
	// Upgrade is the number of events after which the version becomes Latest; 0
	// is never.
	Upgrade int
	Events  []Event

	numbers  map[string]int
	features []any
}

// New returns the life of cus_1 in live mode, beginning at Noon.
func New(version facts.Version) *Life {
	return &Life{
		Version: version, Scope: event.Scope{Livemode: true}, Customer: "cus_1", Email: "jenny@example.com", Card: "fp_1", Now: Noon,
	}
}

// ID returns a new id with the prefix.
func (l *Life) ID(prefix string) string {
	if l.NewID != nil {
		return l.NewID(prefix)
	}
	if l.numbers == nil {
		l.numbers = map[string]int{}
	}
	l.numbers[prefix]++
	if prefix == "evt_" { // in the order of the text, too
		return fmt.Sprintf("evt_%03d", l.numbers[prefix])
	}
	return fmt.Sprint(prefix, l.numbers[prefix])
}

func (l *Life) currency() string { return cmp.Or(l.Currency, "usd") }

// Wait lets time pass.
func (l *Life) Wait(d time.Duration) *Life {
	l.Now = l.Now.Add(d)
	return l
}

// Send is a step of one event: the sample's object with fields laid over it.
func (l *Life) Send(kind string, fields, previous Object) *Life {
	l.next()
	l.sample(kind, fields, previous)
	return l.step()
}

// Add is a step of one event with the object as it is. ID, Version, Scope and
// Created are the life's where they are zero.
func (l *Life) Add(e Event) *Life {
	l.next()
	l.add(e)
	return l.step()
}

// Views returns the events as an action reads them.
func (l *Life) Views() []facts.Event {
	all := make([]facts.Event, len(l.Events))
	for i, e := range l.Events {
		all[i] = e.View()
	}
	return all
}

// Drop removes events, as if the endpoint did not subscribe to them.
func (l *Life) Drop(drops func(Event) bool) { l.Events = slices.DeleteFunc(l.Events, drops) }

// next lets the time before an event pass.
func (l *Life) next() {
	if l.Before != nil {
		l.Now = l.Now.Add(l.Before())
	}
}

// step lets the time after a step pass.
func (l *Life) step() *Life {
	l.Now = l.Now.Add(l.After)
	return l
}

// sample adds an event at Now about an object that was created now, unless
// fields say otherwise.
func (l *Life) sample(kind string, fields, previous Object) {
	l.add(Event{Type: kind, Object: l.over(kind, fields), Previous: previous})
}

func (l *Life) over(kind string, fields Object) Object {
	sample := Sample(kind, l.Version, nil)
	o := Object{"object": sample["object"]}
	if !l.Lean {
		o = sample
	}
	for name, v := range (Object{"created": l.Now.Unix(), "livemode": l.Scope.Livemode}) {
		if _, has := sample[name]; has { // refunds have no livemode, for example
			o[name] = v
		}
	}
	return With(o, fields)
}

func (l *Life) add(e Event) {
	if e.ID == "" {
		e.ID = l.ID("evt_")
	}
	if e.Version == "" {
		e.Version = l.Version
	}
	if e.Scope == (event.Scope{}) {
		e.Scope = l.Scope
	}
	if e.Created.IsZero() {
		e.Created = l.Now
	}
	l.Events = append(l.Events, e)
	if len(l.Events) == l.Upgrade {
		l.Version = Latest
	}
}
