package operator

import (
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
	Scopes   []event.Scope          // those that Scope leaves in; nil if they are not known
	Since    time.Time              // received since then
	Before   time.Time              // received before then
	Limit    int                    // at least 1

	// Looked is called by a list that walks over all events, not by one that an index
	// serves: with how many more it has read, and with the Before of a list that continues
	// behind them. That is Since at the end. nil is none.
	Looked func(n int, before time.Time)
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
