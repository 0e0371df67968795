package operator

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Timeline asks for what Stripe sent about one thing and what the stack did with it.
type Timeline struct {
	ID     string                 // of an event, or of what events are about: pi_…, ch_…, in_…, sub_…, cus_…
	Scope  func(event.Scope) bool // nil: any
	Scopes []event.Scope          // those that Scope leaves in; nil if they are not known
	Limit  int                    // how many moments at most, the latest; at least 1
	Minor  bool                   // amounts in texts are Stripe's integers

	// Looked is called with how many more events were read by a timeline that has to read
	// all of them, since no index has the id. nil is none.
	Looked func(n int)
}

// Moment is one line of a timeline: an event that came, or what an action did with it.
type Moment struct {
	At     time.Time `json:"at"`
	Event  string    `json:"event"`
	Type   string    `json:"type"`
	Action string    `json:"action,omitempty"`
	// State is that of the delivery at that time, or received, fetched, pending,
	// quarantined or erased, of the event; began, failed and reopened are of attempts.
	State        string `json:"state"`
	Text         string `json:"text"`
	*event.Scope        // nil for what is quarantined

	// Facts are those of the event that came, and Delivery how the delivery is now, of the
	// last line of each; nil of the others.
	Facts    *event.Facts    `json:"-"`
	Delivery *event.Delivery `json:"-"`
}

// Course is a timeline.
type Course struct {
	Moments []Moment // the earliest first
	Events  int
	// Notes say what is not in it, and how to see that.
	Notes []string
	// Unreadable is why it may be incomplete, or nil.
	Unreadable error
}

const (
	// maxObjects is how many things a timeline follows links to.
	maxObjects = 50
	// maxEvents is how many events it has.
	maxEvents = 1000
	// maxPayments is how many of a customer it compares with an invoice.
	maxPayments = 50
	// maxHeld is of how many quarantined requests it reads the bodies.
	maxHeld = 200
)

// Timeline finds the events about the thing and follows the links between them: from a
// payment to its charges, refunds, disputes, checkout session and invoice, from an invoice
// to its payments, from a subscription to its invoices, from a customer to everything.
// ErrNotFound if there is nothing.
func (o *Operator) Timeline(ctx context.Context, req Timeline) (*Course, error) {
	f := newThread(o, req)
	err := f.begin(ctx)
	if err == nil {
		err = f.follow(ctx)
	}
	if err != nil {
		return nil, err
	}
	c := &Course{Events: len(f.events)}
	if c.Moments, err = f.moments(ctx); err != nil {
		return nil, err
	}
	if len(c.Moments) == 0 {
		return nil, f.nothing()
	}
	slices.SortStableFunc(c.Moments, func(a, b Moment) int { return a.At.Compare(b.At) })
	if left := len(c.Moments) - req.Limit; left > 0 {
		c.Moments = c.Moments[left:]
		f.notes = append(f.notes, fmt.Sprintf("%s left out: --limit %d shows all", count(left, "earlier line is", "earlier lines are"), left+req.Limit))
	}
	c.Notes, c.Unreadable = f.notes, f.unreadable
	return c, nil
}

// nothing is the error of a timeline without a moment.
func (f *thread) nothing() error {
	return notFound(fmt.Sprintf("nothing about %s in stack %s: payhooks events list lists the events, payhooks reconcile stores what Stripe did not deliver", f.req.ID, f.Stack))
}

// isEvent reports whether the id is that of an event or of a quarantined request.
func isEvent(id string) bool {
	return strings.HasPrefix(id, "evt_") || strings.HasPrefix(id, "sha256:")
}
