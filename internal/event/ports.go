package event

import (
	"context"
	"errors"
	"iter"
	"time"
)

// Sequences end after an error that is not ErrInvalid. One that is ErrInvalid
// names a record that cannot be read; the sequence continues behind it.

// Store keeps events. All methods are safe for concurrent use. An error that
// is not one of this package's means "unavailable, try again".
type Store interface {
	// Put stores e as pending unless its id is taken: ResultStored,
	// ResultDuplicate, ResultRendering, ResultUnfetched or ResultConflict. It is atomic and, when
	// it returns nil, durable. A repeat whose first reply was lost is
	// recognised as our own write and reported as ResultStored. ErrTooLarge if
	// the item cannot be stored at any time.
	Put(ctx context.Context, e Event, expires time.Time) (Result, error)
	// Import is Put for an event that is to reach these actions alone: they are its
	// subscribers, and it is never pending.
	Import(ctx context.Context, e Event, subscribers []string, expires time.Time) (Result, error)
	// PutRendering keeps e, of which Put returned ResultRendering, under its
	// RenderingID, unless that is taken. It is in no listing, is not published,
	// and Get returns it by that id. ErrTooLarge if it cannot be stored at any time.
	PutRendering(ctx context.Context, e Event, release string, expires time.Time) error
	// Link keeps what was fetched of a thin event as the rendering Payload of l.Event and
	// its facts with the event, in one transaction. Under another id than l.Thin's it
	// stores that event, pending and with the thin event's body, and l.Thin becomes a
	// rendering of it: see Stored.Occurrence. An event that has this id already stays as
	// it is, and only l.Thin changes; it is erased, too, if that one is. nil also if that was done before. ErrInvalid if
	// the id is another occurrence's. ErrConflict if somebody else wrote meanwhile. ErrTooLarge if it cannot be stored at any time.
	Link(ctx context.Context, l Link) error
	// Get returns the event with its signed bytes and, of a thin one, with what was
	// fetched; or ErrNotFound. An event that cannot be read is returned as far as it can
	// be, with ErrInvalid; what is left of an erased one with ErrErased.
	Get(ctx context.Context, id string) (Stored, error)
	// GetAll is Get of several, in the order of ids, in as few requests as they fit in.
	GetAll(ctx context.Context, ids []string) []Loaded
	// MarkPublished records the subscribers and clears Pending, in one update on
	// condition that the event exists (else ErrNotFound). The subscribers are
	// united with those recorded before.
	MarkPublished(ctx context.Context, id string, subscribers []string) error
	// MarkOnBus notes on a pending event that the bus has it. One that is not
	// pending any more, or not there, is no error.
	MarkOnBus(ctx context.Context, id string) error
	// Events returns those of the events that exist, erased ones too, without bodies, strongly consistent,
	// in any number of requests. An error that is ErrInvalid names those that cannot be
	// read; they are left out.
	Events(ctx context.Context, ids []string) (map[string]Stored, error)
	// Related returns the facts of the scope's events with this subject, oldest
	// first. It may miss events stored in the last second.
	Related(ctx context.Context, scope Scope, subject string) ([]Facts, error)
	// Received returns a page of events without bodies: one request. It may miss events
	// stored in the last second. An error that is ErrInvalid names those of the page
	// that cannot be read; they are left out. See ReceivedBetween.
	Received(ctx context.Context, q Receipts) (Page[Stored], error)
	// ByCustomer returns a page of the facts of a customer's events: one request. It may
	// miss events stored in the last second. An error that is ErrInvalid names those of
	// the page that cannot be read; they are left out.
	ByCustomer(ctx context.Context, q ByCustomer) (Page[Facts], error)
}

// Quarantine keeps signed requests that are not usable as events. Safe for
// concurrent use.
type Quarantine interface {
	// Put keeps q under its endpoint and id; keeping it again changes nothing.
	// ErrTooLarge if it cannot be stored at any time.
	Put(ctx context.Context, q Quarantined) error
	// Get returns one, or ErrNotFound.
	Get(ctx context.Context, endpoint, id string) (Quarantined, error)
	// List returns a page of the index by receipt, without bodies: one request. It may
	// miss what was kept in the last second, and what the release before the index
	// kept. An error that is ErrInvalid names those of the page that cannot be read;
	// they are left out.
	List(ctx context.Context, q QuarantineList) (Page[Quarantined], error)
	// All returns all of them in no order, without bodies, also those that List misses.
	// It reads the bodies, too: as many requests as there are megabytes.
	All(ctx context.Context) iter.Seq2[Quarantined, error]
	// Discard deletes one. Discarding what is not there is no error.
	Discard(ctx context.Context, endpoint, id string) error
}

// Loaded is what Store.Get returns of an event.
type Loaded struct {
	Stored Stored
	Err    error
}

// Begun is an event and its delivery to an action, as Ledger.Begin read them. A delivery
// without a record has no State. ErrNotFound, ErrInvalid and ErrErased are about the event;
// the delivery is valid beside them. A record that cannot be read is any other error.
type Begun struct {
	Loaded

	Delivery Delivery
}

// Read reports whether the delivery is valid.
func (b Begun) Read() bool {
	return b.Err == nil || errors.Is(b.Err, ErrNotFound) || errors.Is(b.Err, ErrInvalid) || errors.Is(b.Err, ErrErased)
}

// Ledger records what became of each event for each action, and keeps the
// actions' state so that both change in one transaction. Safe for concurrent
// use by many processes.
type Ledger interface {
	// Begin reads events and their deliveries, in the order of refs, each pair at one
	// time and strongly consistent: what attempts need to decide how they run.
	Begin(ctx context.Context, refs []DeliveryRef) []Begun
	// Claim begins an attempt: it creates the delivery or takes over one that is
	// Waiting, due (Next <= Now) and without a running lease, sets Owner and
	// Lease, adds one to Attempts and clears Ensured, atomically. Sent becomes Now:
	// the attempt's own message comes back should it be killed. Next does not
	// move. ErrFinished for a delivery that is not Waiting, ErrNotDue for
	// one that is not due or whose lease runs; both return the delivery as it is.
	Claim(ctx context.Context, c Claim) (Delivery, error)
	// Commit replaces the record and commits the writes, all or nothing, and
	// removes the lease. A claimed attempt commits on condition that its owner
	// still owns a Waiting delivery; any other one on condition that there is no
	// record, or one that only Ensure wrote. Else ErrFenced. ErrConflict if a
	// write's version is not current any more. A repeat whose first reply was
	// lost is recognised by the owner and succeeds.
	Commit(ctx context.Context, c Commit) error
	// Delivery returns one record, or ErrNotFound.
	Delivery(ctx context.Context, ref DeliveryRef) (Delivery, error)
	// Deliveries returns those records that exist, in the order of refs,
	// strongly consistent. One that cannot be read is left out and named in an
	// error that is ErrInvalid beside the others.
	Deliveries(ctx context.Context, refs []DeliveryRef) ([]Delivery, error)
	// Unfinished returns a page of the index of all deliveries that are not Done: one
	// request. It may be a moment behind the records. See UnfinishedDeliveries.
	Unfinished(ctx context.Context, q Unfinished) (Page[Due], error)
	// Ensure records the delivery, as Waiting, Ensured and due at once, unless
	// there is a record already; then it changes nothing and returns nil.
	Ensure(ctx context.Context, e Ensured) error
	// ClaimRedelivery asks for the right to send a Waiting delivery to its
	// action again: true for one caller, and again only when quiet has passed
	// since Sent, or an attempt committed since. False, nil also
	// if it is not Waiting any more or a lease runs. It changes nothing but Sent.
	ClaimRedelivery(ctx context.Context, ref DeliveryRef, now time.Time, quiet time.Duration) (bool, error)
	// Reopen begins a new round of what is Parked, Unknown, or Done and Withheld:
	// Waiting, due at once, with an owner of its own, so that no earlier attempt
	// can commit. Attempts, history and Committed stay. What is Waiting without a
	// running lease becomes due at once in a new round, too. allowStale is noted
	// on any of these. It is noted on one whose lease runs, too: that attempt can
	// not commit any more, and the next one begins when the lease ends. Without
	// allowStale, or with it noted already, such a delivery stays as it is. All else is ErrNotFound.
	Reopen(ctx context.Context, ref DeliveryRef, now time.Time, allowStale bool) error
	// Discard ends what is Parked or Unknown, or Waiting without a running
	// lease, for good and notes by whom. All else is ErrNotFound.
	Discard(ctx context.Context, ref DeliveryRef, now time.Time, by string) error

	// Load reads one row of state, strongly consistent. A row that does not
	// exist is Version 0 with nil Data, and no error.
	Load(ctx context.Context, table, key string) (Row, error)
	// Write commits one row on its own, for state that no delivery changes
	// (cursors, stock). ErrConflict if the version moved.
	Write(ctx context.Context, w Write) error
	// Scan returns every row of a state table.
	Scan(ctx context.Context, table string) iter.Seq2[Row, error]

	// Intend records that an effect is about to happen. If the key is free, or
	// its effect was not performed, it is taken and returned with the caller's
	// Owner. If it is taken, the effect as it is comes with ErrTaken.
	Intend(ctx context.Context, e Effect) (Effect, error)
	// Resolve writes e's state, result and error on condition that e.Owner took
	// the key last (else ErrFenced). What is Done stays done, and the outcome of an
	// operator replaces no result that the action recorded. An owner that learns the
	// outcome late may resolve an Unknown one.
	Resolve(ctx context.Context, e Effect) error
	// Report keeps a report about an effect that is done, unless one that is the same or
	// comes after it in their order is kept: in any order they end in the same. It returns the
	// effect as it is then; ErrNotFound for one that is not there or not done.
	Report(ctx context.Context, ref EffectRef, r Report) (Effect, error)
	// Amend replaces the outcome of a finished delivery, and of its effects, by those of d, on
	// condition that both, and its state and owner, are those of old. Else ErrConflict.
	Amend(ctx context.Context, old, d Delivery) error
	// Remember keeps the result of a read under the key, as done, unless the key
	// is taken; then it returns what is there. Nothing needs to be intended.
	Remember(ctx context.Context, e Effect) (Effect, error)
	// Effect returns one, or ErrNotFound.
	Effect(ctx context.Context, ref EffectRef) (Effect, error)
	// Extend moves the expiry of an effect to at least until. One that does not
	// exist is no error.
	Extend(ctx context.Context, ref EffectRef, until time.Time) error
}

// Rule is the rule of one action on the bus.
type Rule struct {
	Action   string
	Disabled bool // selects, and delivers nothing
}

// Backlog is what waits for one action.
type Backlog struct {
	Messages int  // in its queue: visible, in flight and delayed
	Disabled bool // its function does not poll the queue
}

// Bus fans events out.
type Bus interface {
	// Publish puts the envelopes on the bus, in chunks as the bus wants them.
	// errs has one entry per envelope, nil for each that was taken. At least
	// once: a lost reply may mean that it was taken.
	Publish(ctx context.Context, es []Envelope) (errs []error)
	// Subscribers returns the actions whose rules select this envelope, from the
	// bus's own rules, at most a minute old. A disabled rule selects as well: its
	// deliveries wait.
	Subscribers(ctx context.Context, e Envelope) ([]string, error)
	// Refresh makes Subscribers answer by rules that are at most so old.
	Refresh(ctx context.Context, age time.Duration) error
	// Rules returns the actions that have a rule, all of them, at most a minute
	// old.
	Rules(ctx context.Context) ([]Rule, error)
}
