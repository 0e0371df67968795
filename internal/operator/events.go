package operator

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// Statuses are those of events, the first that applies first.
var Statuses = []event.Status{
	event.StatusQuarantined, event.StatusUnknown, event.StatusParked, event.StatusWaiting,
	event.StatusPending, event.StatusDone, event.StatusIgnored,
}

// EventList asks for the newest events that all filters apply to. The zero
// value of a filter leaves every event in.
type EventList struct {
	Type     string // a star at its end stands for anything
	Status   event.Status
	Customer string
	Scope    func(event.Scope) bool // nil: any
	Since    time.Time              // received since then
	Limit    int                    // at least 1
}

// EventRow is an event in a list.
type EventRow struct {
	ID           string       `json:"id"`
	Type         string       `json:"type"`
	Status       event.Status `json:"status"`
	Created      *time.Time   `json:"created,omitempty"`
	Received     time.Time    `json:"received"`
	APIVersion   string       `json:"api_version,omitempty"`
	Endpoint     string       `json:"endpoint,omitempty"` // that it was posted to, or event.EndpointListed
	*event.Scope              // nil for what is quarantined
}

func rowOf(f event.Facts, st event.Status) EventRow {
	r := EventRow{ID: f.ID, Type: f.Type, Status: st, Received: f.Received, APIVersion: f.APIVersion, Endpoint: f.Endpoint, Scope: &f.Scope}
	if !f.Created.IsZero() {
		r.Created = &f.Created
	}
	return r
}

// listing is one list under way.
type listing struct {
	EventList
	o          *Operator
	now        time.Time
	held       map[string]event.Quarantined // by id; without those that are shown as stored
	rows       []EventRow
	unreadable error
}

// List returns the newest events first. It walks back in growing windows until
// it has enough. unreadable names what cannot be read, besides all that can.
func (o *Operator) List(ctx context.Context, req EventList) (rows []EventRow, unreadable, err error) {
	l := &listing{EventList: req, o: o, now: o.Now()}
	if l.held, l.unreadable, err = o.quarantined(ctx); err != nil {
		return nil, nil, err
	}
	to, first := l.now.Add(time.Hour), req.Since
	if first.IsZero() {
		first = l.now.Add(-ever)
	}
	for _, window := range []time.Duration{25 * time.Hour, 7 * 24 * time.Hour, 23 * 24 * time.Hour, ever} {
		if len(l.rows) >= l.Limit || !to.After(first) {
			break
		}
		from := to.Add(-window)
		if from.Before(first) {
			from = first
		}
		if err := l.window(ctx, from, to); err != nil {
			return nil, nil, err
		}
		to = from
	}
	l.quarantine()
	slices.SortFunc(l.rows, func(a, b EventRow) int {
		return cmp.Or(b.Received.Compare(a.Received), cmp.Compare(b.ID, a.ID))
	})
	return l.rows[:min(l.Limit, len(l.rows))], l.unreadable, nil
}

// window adds the events received in [from, to). Their deliveries are read for
// one page after the other, until there are enough rows.
func (l *listing) window(ctx context.Context, from, to time.Time) error {
	stored, unreadable, err := event.Collect(event.ReceivedBetween(ctx, l.o.Store, from, to))
	if err != nil {
		return err
	}
	l.unreadable = errors.Join(l.unreadable, unreadable)
	slices.SortFunc(stored, func(a, b event.Stored) int {
		return cmp.Or(b.Received.Compare(a.Received), cmp.Compare(b.ID, a.ID))
	})
	found := slices.DeleteFunc(stored, func(s event.Stored) bool { return s.Expired(l.now) || !l.matches(s.Facts) })
	for page := range slices.Chunk(found, max(50, min(l.Limit, 1000))) {
		if len(l.rows) >= l.Limit {
			break
		}
		if err := l.page(ctx, page); err != nil {
			return err
		}
	}
	return nil
}

func (l *listing) page(ctx context.Context, page []event.Stored) error {
	ds, unreadable, err := l.o.DeliveriesOf(ctx, page)
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
		if l.Status == "" || l.Status == st {
			l.rows = append(l.rows, rowOf(s.Facts, st))
		}
	}
	return nil
}

// quarantine adds what is quarantined. Of its customer, account and mode
// nothing is known for sure.
func (l *listing) quarantine() {
	if l.Status != "" && l.Status != event.StatusQuarantined || l.Customer != "" || l.Scope != nil {
		return
	}
	for _, q := range l.held {
		if !q.Received.Before(l.Since) && (l.Type == "" || ofType(q.Type, l.Type)) {
			l.rows = append(l.rows, quarantinedRow(q))
		}
	}
}

func quarantinedRow(q event.Quarantined) EventRow {
	return EventRow{ID: q.ID, Type: q.Type, Status: event.StatusQuarantined, Received: q.Received, Endpoint: q.Endpoint}
}

func (l *EventList) matches(f event.Facts) bool {
	return (l.Type == "" || ofType(f.Type, l.Type)) && (l.Scope == nil || l.Scope(f.Scope)) &&
		(l.Customer == "" || f.Customer == l.Customer || f.Object == l.Customer)
}

// statusOf is the status of an event, which is quarantined if only a quarantined
// request of the same id is known to have consequences.
func statusOf(s event.Stored, ds []event.Delivery, held map[string]event.Quarantined) event.Status {
	if _, ok := held[s.ID]; ok && len(ds) == 0 && len(s.Subscribers) == 0 && !s.Pending {
		return event.StatusQuarantined
	}
	return event.StatusOf(s, ds)
}

// ofType reports whether the type is meant. The name of a thin type selects those of its
// snapshot twin, under which its events come.
func ofType(typ, pattern string) bool {
	if start, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(typ, start)
	}
	return typ == facts.SnapshotType(pattern)
}
