package operator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// thing is what an event is about, or links to.
type thing struct {
	event.Scope
	id string
}

// threadEvent is an event of a thread, without bodies.
type threadEvent struct {
	event.Stored
	thin  string // id under which the thin event was sent, if it is another
	links []string
	err   error // it cannot be read
}

// thread is what a timeline has found so far.
type thread struct {
	*Operator
	req   Timeline
	now   time.Time
	level int  // what the things that it follows may comprise
	whole bool // it has all payments of its invoices: it began with one, or with a subscription

	held       []event.Quarantined
	events     map[string]threadEvent // by id
	todo       []thing
	seen       map[thing]bool
	linked     int            // things that a link led to
	searched   bool           // for the event of a charge
	tried      map[thing]bool // payments that may be of an invoice
	customers  map[thing][]event.Facts
	notes      []string
	unreadable error
}

func newThread(o *Operator, req Timeline) *thread {
	return &thread{
		Operator: o, req: req, now: o.Now(), level: ofInvoice,
		events: map[string]threadEvent{}, seen: map[thing]bool{}, tried: map[thing]bool{}, customers: map[thing][]event.Facts{},
	}
}

func (f *thread) skip(unreadable error) { f.unreadable = errors.Join(f.unreadable, unreadable) }

// note adds a sentence once.
func (f *thread) note(text string) {
	if !slices.Contains(f.notes, text) {
		f.notes = append(f.notes, text)
	}
}

// root adds a thing that was asked for.
func (f *thread) root(at thing) {
	f.level = max(f.level, comprises(at.id))
	f.whole = f.whole || comprises(at.id) == ofInvoice || comprises(at.id) == ofSubscription
	f.add(at)
}

func (f *thread) add(at thing) {
	if at.id != "" && !f.seen[at] {
		f.seen[at], f.todo = true, append(f.todo, at)
	}
}

// push adds a thing that an event links to.
func (f *thread) push(at thing) {
	switch {
	case !linkable.MatchString(at.id), f.seen[at], comprises(at.id) > f.level:
	case f.linked == maxObjects:
		f.note(fmt.Sprintf("links were followed to %d payments, invoices and subscriptions, not to the others: ask for one of those by its id", maxObjects))
	default:
		f.linked++
		f.add(at)
	}
}

func (f *thread) follow(ctx context.Context) error {
	for more := true; more; more = len(f.todo) > 0 {
		for len(f.todo) > 0 {
			at := f.todo[0]
			f.todo = f.todo[1:]
			if err := f.visit(ctx, at); err != nil {
				return fmt.Errorf("events about %s: %w", at.id, err)
			}
		}
		if err := f.payments(ctx); err != nil {
			return err
		}
	}
	return nil
}

// visit takes all events about a thing.
func (f *thread) visit(ctx context.Context, at thing) error {
	if comprises(at.id) == ofCustomer {
		found, err := f.ofCustomer(ctx, at)
		if err != nil {
			return err
		}
		return f.take(ctx, found)
	}
	found, err := f.related(ctx, at)
	if err != nil {
		return err
	}
	if err := f.take(ctx, found); err != nil || ownSubject(at.id) {
		return err
	}
	return f.comprising(ctx, at)
}

// comprising takes the events about the thing whose subject is what comprises it: those
// of a charge with a payment intent, of an invoice of a subscription.
func (f *thread) comprising(ctx context.Context, at thing) error {
	own, err := f.eventOf(ctx, at)
	if err == nil && own == nil {
		own, err = f.chargeOf(ctx, at)
	}
	if err != nil || own == nil || own.Subject == at.id {
		return err
	}
	above := thing{at.Scope, own.Subject}
	if f.push(above); f.seen[above] {
		return nil
	}
	found, err := f.related(ctx, above)
	if err != nil {
		return err
	}
	return f.take(ctx, slices.DeleteFunc(found, func(e event.Facts) bool { return e.Object != at.id }))
}

// eventOf returns an event whose object is the thing: of the thread, or else of one of its
// customers. nil if there is none.
func (f *thread) eventOf(ctx context.Context, at thing) (*event.Facts, error) {
	for _, e := range f.events {
		if e.Object == at.id && e.Scope == at.Scope {
			return &e.Facts, nil
		}
	}
	for _, c := range f.named() {
		all, err := f.ofCustomer(ctx, c)
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(all, func(e event.Facts) bool { return e.Object == at.id && e.Scope == at.Scope }); i >= 0 {
			return &all[i], nil
		}
	}
	return nil, nil //nolint:nilnil // none is an answer
}

// chargeOf looks once in all events for the charge of which the thread has a dispute or a
// refund that names no payment intent, as in old API versions; nil if there is none.
func (f *thread) chargeOf(ctx context.Context, at thing) (*event.Facts, error) {
	for _, e := range f.events {
		if e.Subject == at.id && !f.searched && (strings.HasPrefix(at.id, "ch_") || strings.HasPrefix(at.id, "py_")) {
			f.searched = true
			return f.search(ctx, func(own event.Facts) bool { return own.Object == at.id && own.Scope == at.Scope })
		}
	}
	return nil, nil //nolint:nilnil // none is an answer
}
