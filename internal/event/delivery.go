package event

import (
	"encoding/json"
	"time"
)

// State is what became of one event for one action.
type State string

const (
	// Waiting: an attempt runs, or the next one is due at Next.
	Waiting State = "waiting"
	// Done: the action finished; its writes are committed.
	Done State = "done"
	// Parked: no further attempt until an operator asks for one.
	Parked State = "parked"
	// Unknown: an outside effect may or may not have happened; an operator
	// decides. Never retried on a guess.
	Unknown State = "unknown"
)

// Delivery is the ledger's record of one event for one action.
type Delivery struct {
	Event   string
	Action  string
	State   State
	Attempt int       // attempts begun, counted here and never from the queue
	Next    time.Time // Waiting: when the next attempt is due; while one runs, the end of its lease
	Owner   string    // fencing token of the attempt that runs or ran last
	First   time.Time // when the first attempt began
	Updated time.Time
	Error   string // code and sentence of the last failure; no personal data
	Effect  string // Unknown: the key of the effect in doubt
	Outcome string // Done: what was done, or why nothing was
	Ignored bool   // Done: the action had nothing to do; it changed nothing
	// AllowStale: an operator asked for effects however late they come.
	AllowStale bool
	Expires    time.Time
}

// MaxLease is longer than any attempt's lease, for a Lambda function runs for
// 15 minutes at the most: no attempt is under way of a delivery that is
// Waiting for longer.
const MaxLease = 16 * time.Minute

// Claim asks for the right to run one attempt.
type Claim struct {
	Event   string
	Action  string
	Owner   string    // unique to this attempt
	Now     time.Time // the caller's clock decides what is due, not the store's TTL
	Lease   time.Time // nobody else may claim before this; must be after Now
	Expires time.Time
}

// Row is one row of an action's state table. Data is a JSON object.
// Version is 0 for a row that does not exist.
type Row struct {
	Version int64
	Data    json.RawMessage
	Direct  bool // written last by Write, not with a delivery: events need not account for it
}

// Write is one change of state that must commit with a delivery record.
type Write struct {
	Table   string // short name, as in "orders"
	Key     string
	Version int64           // the version that was read; the commit fails with ErrConflict if it moved
	Data    json.RawMessage // a JSON object; its fields become the row's attributes
	// Raw is a transact item in the store's own language for what Data cannot
	// express (types.TransactWriteItem of DynamoDB). The other fields are
	// ignored when it is set.
	Raw any
}

// EffectState is what is known of an outside effect.
type EffectState string

const (
	EffectIntended     EffectState = "intended" // about to happen, or crashed while happening
	EffectDone         EffectState = "done"
	EffectNotPerformed EffectState = "released" // certainly did not happen; may be tried again
	EffectUnknown      EffectState = "unknown"
)

// Effect is one outside effect under its key, such as receipt/pi_123 for a
// mail. It outlives the events that asked for it.
type Effect struct {
	Key     string
	Action  string
	State   EffectState
	Owner   string // fencing token of the attempt that intends it
	Event   string // the event that caused it
	Lease   time.Time
	Updated time.Time
	Result  json.RawMessage // EffectDone: what the effect returned
	Error   string
}
