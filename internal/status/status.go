// Package status counts what a stack has done, what is on its way and what needs a
// person: for the command status, the console and the gauges that the alarms watch.
// Nothing in it prints or reads the wall clock.
package status

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// Sources are what a stack is read from. No call changes anything.
type Sources struct {
	Store       event.Store
	Ledger      event.Ledger
	Quarantine  event.Quarantine
	Bus         event.Bus
	DeadLetters event.DeadLetters
	// Refused counts the webhook requests that were not answered 2xx; nil where
	// nothing counts them.
	Refused func(context.Context) (int, error)
	Now     func() time.Time
}

// Status is a stack at one time. Indexes may be a second behind the records.
type Status struct {
	Actions []Action `json:"actions"` // by name: all that have a rule or a record
	// Overdue counts deliveries that wait and were due 30 minutes ago.
	Overdue int `json:"overdue"`
	// The earliest due time of what waits if any is overdue, and since when the first of
	// what is parked and unknown is so.
	OldestOverdue time.Time `json:"oldest_overdue,omitzero"`
	OldestParked  time.Time `json:"oldest_parked,omitzero"`
	OldestUnknown time.Time `json:"oldest_unknown,omitzero"`
	// Pending counts events that the bus does not have. A thin event for which fetch
	// has a delivery is that of action fetch.
	Pending       *int      `json:"pending,omitempty"`
	OldestPending time.Time `json:"oldest_pending,omitzero"` // its receipt
	// Unrecorded counts events over 15 minutes old with a subscriber without a record.
	Unrecorded       *int      `json:"unrecorded,omitempty"`
	OldestUnrecorded time.Time `json:"oldest_unrecorded,omitzero"`

	Newest time.Time `json:"newest,omitzero"` // receipt of the newest event

	Quarantined       *int      `json:"quarantined,omitempty"`
	OldestQuarantined time.Time `json:"oldest_quarantined,omitzero"`

	Dead        *int           `json:"dead,omitempty"`
	DeadLetters map[string]int `json:"dead_letters,omitempty"` // by action or function; without the empty ones

	Refused *int            `json:"refused,omitempty"`
	Sweeps  []reconcile.Lag `json:"sweeps"` // by name
	// Reconciled is when the last run of reconcile that ended had begun, or a little before.
	Reconciled time.Time `json:"reconciled,omitzero"`
	// AtLeast: there was more than is read at once, and some counts are too low.
	AtLeast bool `json:"at_least,omitempty"`
	// Unread names the sources that could not be read. What they have is absent, or
	// counted too low.
	Unread []Source `json:"unread,omitempty"`
}

// Source is one thing that a status is read from.
type Source string

// The sources.
const (
	SourceRules       Source = "rules"
	SourceDeliveries  Source = "deliveries"
	SourceEvents      Source = "events"
	SourceQuarantine  Source = "quarantine"
	SourceDeadLetters Source = "dead letters"
	SourceRefused     Source = "refused requests"
)

// depth bounds one reading.
type depth struct {
	pages   int  // of pageSize, of each partition of an index
	records int  // that are looked for in the ledger
	all     bool // also Done, Discarded and Reason
}

const (
	pageSize = 1000
	// batch is how many records one request takes.
	batch = 100
	// readers is how many requests run at once.
	readers = 16
)

var (
	full  = depth{pages: 100, records: 20_000, all: true}
	quick = depth{pages: 10, records: 2_000}
)

// Read counts everything, up to 100,000 entries in each partition of an index (400,000
// events, 3.2 million deliveries in each state) and 20,000 unrecorded subscribers; then
// AtLeast is set. What could be read is returned also with an error, which names the
// rest. A small stack takes 147 requests of the ports, 16 at a time, one more for each
// queue of dead letters, and one for each action and state that has a reason.
func Read(ctx context.Context, s Sources) (Status, error) { return s.read(ctx, full) }

// Count is Read without Done, Discarded and Reason, up to 10,000 entries in each
// partition and 2,000 unrecorded subscribers.
func Count(ctx context.Context, s Sources) (Status, error) { return s.read(ctx, quick) }

// reading is one reading under way.
type reading struct {
	Sources
	depth
	now time.Time

	mu         sync.Mutex
	status     Status
	rules      []event.Rule
	tallies    map[group]*tally
	subscribed map[string]int // subscriptions by action
	missing    map[string]int // unrecorded ones of them
	reasons    map[group]string
}

func (s Sources) read(ctx context.Context, d depth) (Status, error) {
	r := &reading{
		Sources: s, depth: d, now: s.Now(), tallies: map[group]*tally{},
		subscribed: map[string]int{}, missing: map[string]int{}, reasons: map[group]string{},
	}
	err := r.each(ctx,
		part{SourceRules, r.readRules}, part{SourceDeliveries, r.readDeliveries}, part{SourceEvents, r.readEvents},
		part{SourceQuarantine, r.readQuarantine}, part{SourceRefused, r.readRefused})
	err = errors.Join(err, r.each(ctx, part{SourceDeadLetters, r.readDeadLetters}))
	r.status.Actions = r.actions()
	r.status.Sweeps = append([]reconcile.Lag{}, r.status.Sweeps...) // not null
	slices.Sort(r.status.Unread)
	return r.status, err
}

// part reads one source.
type part struct {
	source Source
	read   func(context.Context) error
}

// each reads all parts at once. One that fails does not end the others.
func (r *reading) each(ctx context.Context, parts ...part) error {
	failed := make([]error, len(parts)+1)
	numbers := make([]int, len(parts))
	for i := range parts {
		numbers[i] = i
	}
	failed[len(parts)] = parallel.Each(ctx, len(parts), numbers, func(ctx context.Context, i int) error {
		failed[i] = parts[i].read(ctx)
		if failed[i] != nil && !errors.Is(failed[i], event.ErrInvalid) { // one record does not hide the others
			r.locked(func() { r.status.Unread = append(r.status.Unread, parts[i].source) })
		}
		return nil
	})
	return errors.Join(failed...)
}

func (r *reading) locked(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
}

func (r *reading) unread(sources ...Source) bool {
	return slices.ContainsFunc(sources, func(s Source) bool { return slices.Contains(r.status.Unread, s) })
}
