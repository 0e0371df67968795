package operator

import (
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
	ID       string
	Types    []string // a star at an end stands for anything
	Status   event.Status
	Action   string       // only what it subscribes to; with the status of a delivery, its delivery
	Report   event.Report // only those with an effect of which this came back; with Action its effect
	Customer string
	Object   string // that the event is about
	Endpoint string
	Version  string                 // of Stripe's API
	Scope    func(event.Scope) bool // nil: any
	Scopes   []event.Scope          // those that Scope leaves in; nil if they are not known
	Since    time.Time              // received since then
	Before   time.Time              // received before then
	Limit    int                    // at least 1
	Most     int                    // how many events it reads at most to find them; 0 is all
	// Bare rows have no status and no deliveries, which are not read where no filter
	// needs them.
	Bare bool

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

	// Of a list: facts, subscribers and deliveries, or why it is quarantined.
	Facts      event.Facts      `json:"-"`
	Wanted     []string         `json:"-"`
	Deliveries []event.Delivery `json:"-"`
	Held       string           `json:"-"`
}

func rowOf(f event.Facts, st event.Status) EventRow {
	r := EventRow{ID: f.ID, Type: f.Type, Status: st, Received: f.Received, APIVersion: f.APIVersion, Endpoint: f.Endpoint, Scope: &f.Scope, Facts: f}
	if !f.Created.IsZero() {
		r.Created = &f.Created
	}
	return r
}

func quarantinedRow(q event.Quarantined) EventRow {
	return EventRow{ID: q.ID, Type: q.Type, Status: event.StatusQuarantined, Received: q.Received, Endpoint: q.Endpoint, Held: q.Reason}
}

func (l *EventList) matches(f event.Facts) bool {
	return l.ofTypes(f.Type) && (l.Scope == nil || l.Scope(f.Scope)) &&
		(l.Customer == "" || f.Customer == l.Customer || f.Object == l.Customer) &&
		(l.Object == "" || f.Object == l.Object || f.Subject == l.Object) &&
		(l.Endpoint == "" || f.Endpoint == l.Endpoint) && (l.Version == "" || f.APIVersion == l.Version)
}

func (l *EventList) ofTypes(typ string) bool {
	return len(l.Types) == 0 || slices.ContainsFunc(l.Types, func(pattern string) bool { return ofType(typ, pattern) })
}

// selects reports whether anything but the times leaves events out.
func (l *EventList) selects() bool {
	return l.ID != "" || len(l.Types) > 0 || l.Status != "" || l.Endpoint != "" || l.knownOnly()
}

// knownOnly reports whether it selects by what is not known of a quarantined request.
func (l *EventList) knownOnly() bool {
	return l.Action+l.Customer+l.Object+l.Version+string(l.Report) != "" || l.Scope != nil
}

// of reports whether the list's action subscribes to the event, and its delivery is in
// the list's status if that is one of deliveries.
func (l *EventList) of(subscribers []string, ds []event.Delivery) bool {
	its := func(d event.Delivery) bool { return d.Action == l.Action }
	switch {
	case l.Action == "":
		return true
	case l.Status == event.StatusUnknown, l.Status == event.StatusParked, l.Status == event.StatusWaiting:
		return slices.ContainsFunc(ds, func(d event.Delivery) bool { return its(d) && string(d.State) == string(l.Status) })
	}
	return slices.Contains(subscribers, l.Action) || slices.ContainsFunc(ds, its)
}

// reported reports whether an effect has the list's report.
func (l *EventList) reported(ds []event.Delivery) bool {
	return l.Report == "" || slices.ContainsFunc(ds, func(d event.Delivery) bool {
		return (l.Action == "" || d.Action == l.Action) && slices.ContainsFunc(d.Effects, func(e event.EffectOutcome) bool { return e.Report == l.Report })
	})
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
