package event

import (
	"context"
	"time"
)

// Put results.
type PutResult int

const (
	PutStored    PutResult = iota // this call stored the event
	PutDuplicate                  // the same event was there already
	PutConflict                   // another event holds this id; it stays as it was
)

// Store keeps events. All methods are safe for concurrent use. An error that
// is none of this package's means "unavailable, try again".
type Store interface {
	// Put stores e as pending unless its id is taken. It is atomic and, when
	// it returns nil, durable. A repeat whose first reply was lost is
	// recognised as our own write and reported as PutStored. ErrTooLarge if
	// the item cannot be stored at any time.
	Put(ctx context.Context, e Event, expires time.Time) (PutResult, error)
	// Get returns the event with its signed bytes, or ErrNotFound.
	Get(ctx context.Context, id string) (Stored, error)
	// MarkPublished records who is owed the event and clears Pending, in one
	// update on condition that the event exists (else ErrNotFound). wanted is
	// united with what was recorded before: a replay for one action does not
	// forget the others.
	MarkPublished(ctx context.Context, id string, wanted []string) error
	// Republish makes the event pending again, for all who want it or for one.
	Republish(ctx context.Context, id, only string) error
	// Related returns the facts of the events with this subject, oldest
	// first. It may miss events stored in the last second.
	Related(ctx context.Context, subject string) ([]Facts, error)
	// ReceivedBetween calls yield for each event received in [from, to), in no
	// particular order, without bodies, until it returns false. It may miss
	// events stored in the last second. ErrInvalid: all were yielded but those
	// that it names, which nobody can read.
	ReceivedBetween(ctx context.Context, from, to time.Time, yield func(Stored) bool) error
}

// Quarantine keeps what was signed but odd. Safe for concurrent use.
type Quarantine interface {
	// Hold keeps q under its endpoint and id; holding it again changes nothing.
	// ErrTooLarge if it cannot be stored at any time.
	Hold(ctx context.Context, q Quarantined) error
	// Held returns one, or ErrNotFound.
	Held(ctx context.Context, endpoint, id string) (Quarantined, error)
	// List calls yield for each, without bodies, until it returns false.
	List(ctx context.Context, yield func(Quarantined) bool) error
	// Discard forgets one. Discarding what is not there is no error.
	Discard(ctx context.Context, endpoint, id string) error
}

// Ledger says what became of each event for each action, and keeps the
// actions' state so that both change in one transaction. Safe for concurrent
// use by many processes.
type Ledger interface {
	// Claim begins an attempt: it creates the delivery or takes over one that
	// is Waiting and due (Next <= Now), sets Owner, Next = Lease and adds one
	// to Attempt, atomically. It fails with ErrFinished for a delivery that is
	// Done, Parked or Unknown and with ErrNotDue for one that is not due; both
	// return the delivery as it stands.
	Claim(ctx context.Context, c Claim) (Delivery, error)
	// Commit replaces the record and commits the writes, all or nothing, on
	// condition that d.Owner still owns a Waiting delivery (else ErrFenced)
	// and that every write's version is still current (else ErrConflict).
	Commit(ctx context.Context, d Delivery, writes ...Write) error
	// Delivery returns one record, or ErrNotFound.
	Delivery(ctx context.Context, event, action string) (Delivery, error)
	// Deliveries returns all records of one event.
	Deliveries(ctx context.Context, event string) ([]Delivery, error)
	// Unfinished calls yield for each delivery in the state s with Next before
	// the time, earliest first within a shard, until it returns false.
	Unfinished(ctx context.Context, s State, before time.Time, yield func(Delivery) bool) error
	// Ensure records that the action is owed the event, as Waiting with no
	// attempt begun and due at once, unless there is a record already; then it
	// changes nothing and returns nil.
	Ensure(ctx context.Context, event, action string, now, expires time.Time) error
	// ClaimRedelivery asks for the right to send a Waiting delivery to its action once
	// more: true for one caller, and again only after quiet has passed or an
	// attempt was claimed since. False, nil also if it is no longer Waiting.
	// It does not change when the delivery is due.
	ClaimRedelivery(ctx context.Context, event, action string, now time.Time, quiet time.Duration) (bool, error)
	// Reopen lets an operator ask for a new attempt of what is Parked, Unknown
	// or was Ignored: Waiting, due at once, its attempts counted and scheduled
	// anew. So is what is Waiting for longer than MaxLease. With allowStale its
	// effects may come however late; that is noted on all that is Waiting, which
	// stays as it is otherwise, and returns nil. All else is ErrNotFound: what is
	// Done changed something and never runs again.
	Reopen(ctx context.Context, event, action string, now time.Time, allowStale bool) error

	// Load reads one row of state, strongly consistent. A row that does not
	// exist is Version 0 with nil Data, and no error.
	Load(ctx context.Context, table, key string) (Row, error)
	// Write commits one row on its own, for state that no delivery changes
	// (cursors, stock). ErrConflict if the version moved.
	Write(ctx context.Context, w Write) error
	// Scan calls yield for every row of a state table until it returns false.
	Scan(ctx context.Context, table string, yield func(key string, it Row) bool) error

	// Intend records that an effect is about to happen. If the key is free,
	// or released, it is taken and returned with the caller's Owner. If it is
	// taken, the effect as it stands is returned with ErrTaken.
	Intend(ctx context.Context, e Effect) (Effect, error)
	// Resolve writes e's state, result and error on condition that e.Owner took
	// the key last (else ErrFenced). An owner that learns late what became of
	// its effect may settle an Unknown one.
	Resolve(ctx context.Context, e Effect) error
	// Effect returns one, or ErrNotFound.
	Effect(ctx context.Context, key, action string) (Effect, error)
}

// Bus fans events out.
type Bus interface {
	// Publish puts the envelopes on the bus, in chunks as the bus wants them.
	// errs has one entry per envelope, nil for each that was taken. At least
	// once: a lost reply may mean that it was taken.
	Publish(ctx context.Context, es []Envelope) (errs []error)
	// Subscribers returns the actions whose rules select this envelope, from the
	// bus's own rules, at most a minute old.
	Subscribers(ctx context.Context, e Envelope) ([]string, error)
}
