package event

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// State is the state of one event for one action.
type State string

// The states of a delivery. All but Waiting are finished: no message runs it.
const (
	// Waiting: an attempt runs, or the next one is due at Next.
	Waiting State = "waiting"
	// Done: the action finished; its changes are committed.
	Done State = "done"
	// Parked: no further attempt until an operator asks for one.
	Parked State = "parked"
	// Unknown: an effect may or may not have happened; an operator decides. It
	// is never repeated on a guess.
	Unknown State = "unknown"
	// Discarded: an operator decided that nothing more happens. Final.
	Discarded State = "discarded"
)

// DeliveryRef names one event's delivery to one action.
type DeliveryRef struct{ Action, Event string }

// Key is ACTION#EVENT. Neither part contains #.
func (r DeliveryRef) Key() string { return r.Action + "#" + r.Event }

// Delivery is the ledger's record of one event for one action.
type Delivery struct {
	Event  string
	Action string
	State  State // empty: there is no record
	// Ensured: only Ensure wrote the record; no attempt has begun. Every other
	// write of an attempt or an operator clears it.
	Ensured bool
	// Owner is the fencing token of the attempt or operator that wrote last.
	Owner string
	// Lease is until when a claimed attempt runs; zero while none does. An
	// attempt without a claim has no record yet.
	Lease time.Time
	// Next is when the next attempt is due. A claim does not move it.
	Next time.Time
	// Sent is until when the queue, or a redelivery, carries the message: the
	// due sweep sends no other one before.
	Sent    time.Time
	First   time.Time // when the first attempt began
	Updated time.Time
	Took    int64 // milliseconds of the last attempt that ended; 0: not known

	Attempts int // begun, in all rounds; counted here and never from the queue
	// Round counts the reopenings. The retry schedule counts from the last one,
	// at Reopened, when there were Before attempts.
	Round    int
	Before   int
	Reopened time.Time
	History  []Attempt // the last ten that ended, oldest first

	Committed bool // its rows of state are written; a later round runs effects only
	// Withheld: an effect was withheld, or there was nothing to do: an operator
	// may reopen it although it is Done.
	Withheld bool
	Outcome  string          // Done: what was done, or why nothing was
	Effects  []EffectOutcome // one per effect that the last attempt asked for
	Error    string          // code and sentence of the last failure; no personal data
	Effect   string          // Unknown: the key of the effect in question
	By       string          // Discarded: who decided, and why
	// AllowStale: an operator asked for effects however late they are.
	AllowStale bool
	Expires    time.Time
}

// Ref names the delivery.
func (d Delivery) Ref() DeliveryRef { return DeliveryRef{d.Action, d.Event} }

// Finished reports whether no message runs the delivery any more.
func (d Delivery) Finished() bool { return d.State != "" && d.State != Waiting }

// Running reports whether a claimed attempt may be running.
func (d Delivery) Running(now time.Time) bool { return d.State == Waiting && d.Lease.After(now) }

// RoundBegan is when the first attempt of this round began, or the round
// itself; the retry schedule ends counted from it.
func (d Delivery) RoundBegan() time.Time {
	if d.Reopened.After(d.First) {
		return d.Reopened
	}
	return d.First
}

// Attempt is how one attempt ended that did not finish the delivery.
type Attempt struct {
	At    time.Time `json:"at"`                // its end
	Took  int64     `json:"took_ms,omitempty"` // milliseconds; 0: not known
	Error string    `json:"error"`             // no personal data
}

// Running is an attempt that a process began.
type Running struct {
	Event   string    `json:"event"`
	Owner   string    `json:"owner"` // its fencing token
	Claimed bool      `json:"claimed"`
	Began   time.Time `json:"began"`
	Until   time.Time `json:"until"` // the end of the function's time
}

// Interrupted is an attempt that its process did not end.
type Interrupted struct {
	Running
	Ended time.Time // when the process was last seen
	Why   string    // no personal data
}

// HistoryLimit is how many attempts a record keeps.
const HistoryLimit = 10

// Record adds an attempt to the history and drops the oldest.
func (d *Delivery) Record(a Attempt) {
	kept := max(0, len(d.History)+1-HistoryLimit)
	d.History = append(append([]Attempt(nil), d.History[kept:]...), a)
}

// EffectOutcome is the result of one effect in the attempt that finished.
type EffectOutcome struct {
	Key   string `json:"key"`
	State string `json:"state"`         // done, withheld, not_performed or unknown
	Why   string `json:"why,omitempty"` // no personal data
	// Report is what came back about an effect that was done, such as bounced.
	Report Report `json:"report,omitempty"`
}

// Report is what the other side reported about an effect after it was done. No personal data.
type Report string

// Reports about a mail. They are ordered: of several the last one stays.
const (
	Bounced    Report = "bounced"    // the recipient's server did not take it
	Complained Report = "complained" // the recipient called it spam
	Rejected   Report = "rejected"   // the service sent it to nobody after all
)

// Reports are all that there are, in their order.
var Reports = []Report{Bounced, Complained, Rejected}

// Reported adds a report to the outcome of one of the delivery's effects, and reports whether
// that changed anything.
func (d *Delivery) Reported(key string, r Report) bool {
	effects := slices.Clone(d.Effects)
	for i, e := range effects {
		if e.Key != key || e.Report >= r {
			continue
		}
		said := ", " + key + " " + string(e.Report)
		effects[i].Report = r
		d.Outcome = strings.TrimPrefix(strings.Replace(d.Outcome, said, "", 1)+", "+key+" "+string(r), ", ")
		d.Effects = effects
		return true
	}
	return false
}

const (
	// afterEvent is how long a delivery and an effect outlive their event, so
	// that no event is ever without the record of what it did.
	afterEvent = 30 * 24 * time.Hour
	// RetryLimit parks a delivery whose round began this long ago, as Stripe
	// gives up on an endpoint after three days.
	RetryLimit = 72 * time.Hour
)

// DeliveryExpiry is when the record of a delivery, or of an effect that it asked
// for, may be deleted: 30 days after its event, or after the last possible
// attempt. An event without an expiry keeps its records for ever.
func DeliveryExpiry(eventExpires, now time.Time) time.Time {
	if eventExpires.IsZero() {
		return time.Time{}
	}
	if last := now.Add(RetryLimit); last.After(eventExpires) {
		return last.Add(afterEvent)
	}
	return eventExpires.Add(afterEvent)
}

// Ensured is a delivery that must have a record.
type Ensured struct {
	DeliveryRef
	Now     time.Time
	Sent    time.Time // when its message was sent; zero if none was
	Expires time.Time
}

// Claim asks for the right to run one attempt.
type Claim struct {
	DeliveryRef
	Owner   string    // unique to this attempt
	Now     time.Time // the caller's clock decides what is due, not the store's TTL
	Lease   time.Time // no other claim before this; must be after Now
	Expires time.Time
}

// Commit ends an attempt.
type Commit struct {
	Delivery
	// Claimed: the attempt holds the delivery by a claim. Otherwise it holds
	// nothing, and its commit loses against every write but Ensure.
	Claimed bool
	Writes  []Write
}

// Row is one row of an action's state table. Data is a JSON object.
// Version is 0 for a row that does not exist.
type Row struct {
	Key     string
	Version int64
	Data    json.RawMessage
	Direct  bool // written last by Write, not with a delivery and not Derived: events need not account for it
}

// Write is one change of state that must commit with a delivery record.
type Write struct {
	Table   string // short name, as in "orders"
	Key     string
	Version int64           // the version that was read; the commit fails with ErrConflict if it moved
	Data    json.RawMessage // a JSON object; its fields become the row's attributes
	// Derived: the data was computed from stored events, which account for it as if
	// their deliveries had written it. For Ledger.Write.
	Derived bool
	// Raw is a transact item in the store's own language for what Data cannot
	// express (types.TransactWriteItem of the SDK's service/dynamodb). The other
	// fields are ignored when it is set.
	Raw any
}

// EffectState is what is known of an external effect.
type EffectState string

// The states of an effect.
const (
	EffectIntended     EffectState = "intended" // about to happen, or crashed while happening
	EffectDone         EffectState = "done"
	EffectNotPerformed EffectState = "not_performed" // it did not happen; it may be tried again
	EffectUnknown      EffectState = "unknown"
)

// EffectRef names one effect of one action.
type EffectRef struct {
	Action string
	Scope  Scope
	Key    string // within the scope, such as receipt/pi_123
}

// Effect is one external effect under its key. It outlives the events that
// asked for it.
type Effect struct {
	EffectRef
	State   EffectState
	Owner   string    // fencing token of the attempt that intends it
	Event   string    // the event that caused it
	Lease   time.Time // nothing is sent for this intent after it
	Updated time.Time
	Result  json.RawMessage // EffectDone: what the effect returned
	Error   string
	Expires time.Time
	// ByOperator: an operator recorded the outcome, not the attempt. Such a result can
	// be corrected.
	ByOperator bool
	// Report is what came back about it later, empty for nothing.
	Report Report
}
