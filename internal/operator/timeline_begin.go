package operator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

// begin finds the first events of the thread and where they lead.
func (f *thread) begin(ctx context.Context) (err error) {
	var unreadable error
	f.held, unreadable, err = event.Collect(f.Quarantine.All(ctx))
	f.skip(unreadable)
	switch {
	case err != nil:
		return err
	case isEvent(f.req.ID):
		return f.fromEvent(ctx)
	}
	return f.fromObject(ctx)
}

// fromEvent begins with what the event is about. One that is erased, or quarantined, is
// all there is.
func (f *thread) fromEvent(ctx context.Context) error {
	id, _, _ := strings.Cut(f.req.ID, event.RenderingID("", "")) // a rendering is its event's
	s, err := f.get(ctx, id)
	switch {
	case errors.Is(err, event.ErrErased):
		f.events[s.ID] = threadEvent{Stored: s}
		return nil
	case errors.Is(err, event.ErrNotFound):
		if slices.ContainsFunc(f.held, func(q event.Quarantined) bool { return q.ID == f.req.ID }) {
			return nil
		}
		return f.nothing()
	case err != nil && !errors.Is(err, event.ErrInvalid):
		return err
	}
	about := s.Object
	if !linkable.MatchString(about) && comprises(about) != ofCustomer {
		about = s.Subject
	}
	if about == "" {
		about = s.Customer
	}
	f.root(thing{s.Scope, about})
	f.widen(s.Facts)
	return f.take(ctx, []event.Facts{s.Facts})
}

// fromObject begins in every scope that has an event about the thing.
func (f *thread) fromObject(ctx context.Context) error {
	scopes, recent, err := f.listing().scopes(ctx)
	if err != nil {
		return err
	}
	f.skip(recent.unreadable)
	for _, e := range recent.items {
		if f.about(e) && !slices.Contains(scopes, e.Scope) {
			scopes = append(scopes, e.Scope)
		}
	}
	if len(scopes) > maxScopes {
		f.note(fmt.Sprintf("the stack has events of %d accounts and modes: this is of the one with the latest event; --account names another", len(scopes)))
		return f.walked(ctx, f.about)
	}
	found, err := f.inScopes(ctx, scopes)
	if err != nil || found || ownSubject(f.req.ID) {
		return err
	}
	return f.walked(ctx, func(e event.Facts) bool { return e.Object == f.req.ID })
}

// inScopes begins in those of the scopes whose indexes have the thing. found: an event of
// the thing itself is among that.
func (f *thread) inScopes(ctx context.Context, scopes []event.Scope) (found bool, err error) {
	type part struct {
		items      []event.Facts
		unreadable error
	}
	parts, err := parallel.Map(ctx, readers, scopes, func(ctx context.Context, s event.Scope) (p part, err error) {
		if p.items, err = f.indexed(ctx, s); errors.Is(err, event.ErrInvalid) {
			p.unreadable, err = err, nil
		}
		return p, err
	})
	for i, p := range parts {
		f.skip(p.unreadable)
		if len(p.items) > 0 {
			f.root(thing{scopes[i], f.req.ID})
		}
		found = found || slices.ContainsFunc(p.items, func(e event.Facts) bool { return e.Object == f.req.ID })
	}
	return found, err
}

// indexed are events about the thing in the scope: all, or the latest of a customer.
func (f *thread) indexed(ctx context.Context, s event.Scope) ([]event.Facts, error) {
	if comprises(f.req.ID) == ofCustomer {
		page, err := f.Store.ByCustomer(ctx, event.ByCustomer{Scope: s, Customer: f.req.ID, Limit: 1})
		return page.Items, err
	}
	return f.Store.Related(ctx, s, f.req.ID)
}

// walked begins with the newest of all events that is the thing's own: an invoice of a
// subscription, for example, is in no index by its own id.
func (f *thread) walked(ctx context.Context, own func(event.Facts) bool) error {
	e, err := f.search(ctx, own)
	if err != nil || e == nil {
		return err
	}
	f.root(thing{e.Scope, f.req.ID})
	f.widen(*e)
	return f.take(ctx, []event.Facts{*e})
}

// search reads all events, the newest first, up to one; nil if there is none.
func (f *thread) search(ctx context.Context, is func(event.Facts) bool) (*event.Facts, error) {
	l := f.listing()
	walk := l.inOrder(l.receipts([event.ReceiptShards]time.Time{}, maxPage), maxPage)
	for {
		page, odd, err := walk.take(ctx)
		if f.skip(odd); err != nil || len(page) == 0 {
			return nil, err
		}
		if f.req.Looked != nil {
			f.req.Looked(len(page))
		}
		if i := slices.IndexFunc(page, func(c candidate) bool { return l.matches(c) && is(c.Facts) }); i >= 0 {
			return &page[i].Facts, nil
		}
	}
}

// listing selects the events of the scopes that were asked for.
func (f *thread) listing() *listing {
	return &listing{EventList: EventList{Scope: f.req.Scope, Scopes: f.req.Scopes}, o: f.Operator, now: f.now}
}

// about reports whether the event is about the thing that was asked for.
func (f *thread) about(e event.Facts) bool {
	return e.Object == f.req.ID || e.Subject == f.req.ID || e.Customer == f.req.ID
}

// widen lets the thread comprise the subscription that a checkout session began.
func (f *thread) widen(e event.Facts) {
	if e.ObjectType == "checkout.session" {
		f.level = max(f.level, comprises(e.Subject))
	}
}
