package operator

import (
	"context"
	"errors"
	"fmt"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

// found is all that is kept of a customer.
type found struct {
	*Operator
	req      Erase
	progress func(n int)

	events     map[string]event.Facts // by id
	items      []event.Stored         // the events and their renderings, without bodies
	rows       map[place]bool
	deliveries map[event.DeliveryRef]event.Delivery
	effects    []event.Effect
	held       []event.Quarantined
	marks      map[string]bool // what messages of the customer name: ids, addresses, numbers
	others     []string
	unreadable []error // the first of them
	unread     int

	forms map[string][]event.Stored // by the id of their event: what is kept of it under other ids
}

func (f *found) step(n int) {
	if f.progress != nil {
		f.progress(n)
	}
}

func (f *found) search(ctx context.Context) error {
	f.events, f.forms, f.rows = map[string]event.Facts{}, map[string][]event.Stored{}, map[place]bool{}
	f.deliveries, f.marks = map[event.DeliveryRef]event.Delivery{}, map[string]bool{f.req.Customer: true}
	for _, find := range []func(context.Context) error{f.named, f.related, f.read, f.recorded, f.quarantinedOf} {
		if err := find(ctx); err != nil {
			return fmt.Errorf("find what is kept of %s: %w", f.req.Customer, err)
		}
	}
	return nil
}

// named reads all events for those that name the customer.
func (f *found) named(ctx context.Context) error {
	for after, more := "", true; more; more = after != "" {
		page, next, err := f.Erasure.Items(ctx, after)
		if err != nil && !errors.Is(err, event.ErrInvalid) {
			return err
		}
		f.skipAll(err)
		for _, s := range page {
			f.look(s)
		}
		f.step(len(page))
		after = next
	}
	return nil
}

// look notes what an item is to the customer.
func (f *found) look(s event.Stored) {
	if !s.Erased.IsZero() || f.req.Scope != nil && !f.req.Scope(s.Scope) {
		return
	}
	of := formOf(s)
	if of != s.ID {
		bare := s
		bare.Body = nil
		f.forms[of] = append(f.forms[of], bare)
	}
	switch {
	case s.Customer == f.req.Customer, s.Customer == "" && refers(s.Body, f.req.Customer):
		known := s.Facts
		known.ID = of
		if _, there := f.events[of]; !there || of == s.ID {
			f.events[of] = known
		}
	case of == s.ID && names(s.Body, f.req.Customer):
		f.others = append(f.others, s.ID)
	}
}

// related adds the events that name no customer and are about the same payments,
// subscriptions and invoices: refunds, disputes, warnings.
func (f *found) related(ctx context.Context) error {
	var todo []thing
	seen := map[thing]bool{}
	push := func(fs event.Facts) {
		for _, id := range []string{fs.Subject, fs.Object} {
			if at := (thing{fs.Scope, id}); id != "" && !seen[at] {
				seen[at], todo = true, append(todo, at)
				f.marks[id] = true
			}
		}
	}
	for _, fs := range f.events {
		push(fs)
	}
	for len(todo) > 0 {
		at := todo[0]
		todo = todo[1:]
		more, err := f.Store.Related(ctx, at.Scope, at.id)
		if err != nil && !errors.Is(err, event.ErrInvalid) {
			return err
		}
		f.skip(err)
		for _, fs := range more {
			if _, there := f.events[fs.ID]; !there && (fs.Customer == "" || fs.Customer == f.req.Customer) {
				f.events[fs.ID] = fs
				push(fs)
			}
		}
	}
	return nil
}

// read takes the rows and the addresses that the events lead to, and what is kept of
// them.
func (f *found) read(ctx context.Context) error {
	ids := make([]string, 0, len(f.events))
	for id, fs := range f.events {
		ids = append(ids, id)
		f.marks[id] = true
		f.rowsOfCustomer(fs.Scope, f.req.Customer, f.rows)
	}
	for _, livemode := range []bool{true, false} {
		if own := (event.Scope{Livemode: livemode}); f.req.Scope == nil || f.req.Scope(own) {
			f.rowsOfCustomer(own, f.req.Customer, f.rows)
		}
	}
	all, err := parallel.Map(ctx, readers, ids, func(ctx context.Context, id string) (event.Stored, error) {
		s, err := f.Store.Get(ctx, id)
		if errors.Is(err, event.ErrInvalid) || errors.Is(err, event.ErrNotFound) { // an occurrence may have expired before its renderings
			err = nil
		}
		return s, err
	})
	if err != nil {
		return err
	}
	for i, s := range all {
		if s.ID != "" {
			f.rowsOf(s, f.rows)
			addresses(s.Payload(), f.marks)
			bare := s
			bare.Body, bare.Fetched = nil, nil
			f.items = append(f.items, bare)
		}
		f.items = append(f.items, f.forms[ids[i]]...)
	}
	return nil
}
