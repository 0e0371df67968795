package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// eventList selects events of a list; the newest come first.
type eventList struct {
	typ, status, customer, since string
	scope                        scopeFilter
	limit                        int
	now, from                    time.Time
}

// listing is one list under way.
type listing struct {
	*eventList
	*connection
	held       map[string]event.Quarantined // by id; without those that are shown as stored
	rows       []eventRow
	unreadable error
}

// read walks back from now in growing windows until it has enough rows.
// unreadable names what cannot be read, beside all that can.
func (l *eventList) read(ctx context.Context, c *connection) (list []eventRow, unreadable, err error) {
	at := &listing{eventList: l, connection: c}
	if at.held, at.unreadable, err = c.quarantined(ctx); err != nil {
		return nil, nil, err
	}
	to := l.now.Add(time.Hour)
	for _, window := range []time.Duration{25 * time.Hour, 7 * 24 * time.Hour, 23 * 24 * time.Hour, ever} {
		if len(at.rows) >= l.limit || !to.After(l.from) {
			break
		}
		from := to.Add(-window)
		if from.Before(l.from) {
			from = l.from
		}
		if err := at.window(ctx, from, to); err != nil {
			return nil, nil, err
		}
		to = from
	}
	at.quarantine()
	slices.SortFunc(at.rows, func(a, b eventRow) int {
		return cmp.Or(b.Received.Compare(a.Received), cmp.Compare(b.ID, a.ID))
	})
	return at.rows[:min(l.limit, len(at.rows))], at.unreadable, nil
}

// window adds the events received in [from, to). Their deliveries are read for
// one page after the other, until there are enough rows.
func (l *listing) window(ctx context.Context, from, to time.Time) error {
	stored, unreadable, err := collect(l.Tables.ReceivedBetween(ctx, from, to))
	if err != nil {
		return err
	}
	l.unreadable = errors.Join(l.unreadable, unreadable)
	slices.SortFunc(stored, func(a, b event.Stored) int {
		return cmp.Or(b.Received.Compare(a.Received), cmp.Compare(b.ID, a.ID))
	})
	found := slices.DeleteFunc(stored, func(s event.Stored) bool { return s.Expired(l.now) || !l.matches(s.Facts) })
	for page := range slices.Chunk(found, max(50, min(l.limit, 1000))) {
		if len(l.rows) >= l.limit {
			break
		}
		if err := l.page(ctx, page); err != nil {
			return err
		}
	}
	return nil
}

func (l *listing) page(ctx context.Context, page []event.Stored) error {
	ds, unreadable, err := l.deliveries(ctx, page)
	if err != nil {
		return err
	}
	l.unreadable = errors.Join(l.unreadable, unreadable)
	for _, s := range page {
		st := statusOf(s, ds[s.ID], l.held)
		if st == event.StatusQuarantined {
			continue // quarantine adds it
		}
		delete(l.held, s.ID)
		if l.status == "" || event.Status(l.status) == st {
			l.rows = append(l.rows, rowOf(s.Facts, st))
		}
	}
	return nil
}

// quarantine adds what is quarantined. Of its customer, account and mode
// nothing is known for sure.
func (l *listing) quarantine() {
	if l.status != "" && l.status != string(event.StatusQuarantined) || l.customer != "" || l.scope.set() {
		return
	}
	for _, q := range l.held {
		if !q.Received.Before(l.from) && (l.typ == "" || ofType(q.Type, l.typ)) {
			l.rows = append(l.rows, eventRow{ID: q.ID, Type: q.Type, Status: event.StatusQuarantined, Received: q.Received})
		}
	}
}

func (l *eventList) matches(f event.Facts) bool {
	return (l.typ == "" || ofType(f.Type, l.typ)) && l.scope.matches(f.Scope) &&
		(l.customer == "" || f.Customer == l.customer || f.Object == l.customer)
}

// statusOf is the status of an event, which is quarantined if only a quarantined
// request of the same id is known to have consequences.
func statusOf(s event.Stored, ds []event.Delivery, held map[string]event.Quarantined) event.Status {
	if _, ok := held[s.ID]; ok && len(ds) == 0 && len(s.Subscribers) == 0 && !s.Pending {
		return event.StatusQuarantined
	}
	return event.StatusOf(s, ds)
}

// quarantined returns what is quarantined, by id.
func (c *connection) quarantined(ctx context.Context) (held map[string]event.Quarantined, unreadable, err error) {
	all, unreadable, err := collect(c.Tables.Quarantine().List(ctx))
	if err != nil {
		return nil, nil, fmt.Errorf("list quarantine: %w", err)
	}
	held = map[string]event.Quarantined{}
	for _, q := range all {
		held[q.ID] = q
	}
	return held, unreadable, nil
}
