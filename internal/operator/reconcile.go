package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// SweepResult is what a run of all sweeps did, by name: checked, sent, overdue,
// held, ended, published, unrecorded, listed, stored, quarantined, young, calls,
// gaps, denied, and what the sweeps that a stack adds count.
type SweepResult map[string]int

// Reconcile runs all sweeps now, in the stack's own function, which has the key
// and the rights. Events that are younger than minAge are left to Stripe's own
// delivery.
func (o *Operator) Reconcile(ctx context.Context, minAge time.Duration) (r SweepResult, err error) {
	err = o.Functions.Invoke(ctx, "reconcile", map[string]any{"now": true, "min_age": int(minAge / time.Second)}, &r)
	return r, err
}

// Backfill asks for the events that Stripe lists since a time and that are not
// stored.
type Backfill struct {
	Since time.Time
	Store bool // without it they are only counted
	// Progress is called after each run of the function but the last; nil is none.
	Progress func(listed, missing int)
}

// BackfillResult is the result of a backfill, or of its dry run.
type BackfillResult struct {
	Since       time.Time      `json:"since"` // not before what Stripe lists
	Until       time.Time      `json:"until"`
	Checked     int            `json:"checked"`  // events that Stripe lists
	Selected    int            `json:"selected"` // of them not stored when they were listed
	Stored      int            `json:"stored"`
	Quarantined int            `json:"quarantined"`
	DryRun      bool           `json:"dry_run"`
	Keyless     []string       `json:"keyless,omitempty"` // modes without an API key
	Denied      int            `json:"denied,omitempty"`  // modes whose thin events the key may not list
	Sample      []MissingEvent `json:"sample,omitempty"`
}

// MissingEvent is an event that is only at Stripe: nothing has received it yet.
type MissingEvent struct {
	event.Facts
	Received time.Time `json:"received,omitzero"`
}

// backfillState are the fields of a backfill's reply that are needed here. The
// whole of it is the next request.
type backfillState struct {
	Since, Until                         time.Time
	Store, Done                          bool
	Listed, Missing, Stored, Quarantined int
	Denied                               int
	Keyless                              []string
	Sample                               []event.Facts
}

// Backfill lets the stack's function list and store until it is done; each reply
// is the next request. What is stored stays when it fails or ctx ends.
func (o *Operator) Backfill(ctx context.Context, b Backfill) (BackfillResult, error) {
	var at backfillState
	next, err := json.Marshal(map[string]any{"since": b.Since, "store": b.Store})
	for err == nil && !at.Done {
		var reply struct {
			Backfill json.RawMessage `json:"backfill"`
		}
		if err := o.Functions.Invoke(ctx, "reconcile", map[string]any{"backfill": json.RawMessage(next)}, &reply); err != nil {
			return BackfillResult{}, fmt.Errorf("%w; what was stored so far stays: run it again", err)
		}
		if next = reply.Backfill; len(next) == 0 || string(next) == "null" {
			return BackfillResult{}, errors.New("the stack's reconcile function is of an older version: deploy this one first")
		}
		at = backfillState{}
		if err = json.Unmarshal(next, &at); err == nil && !at.Done && b.Progress != nil {
			b.Progress(at.Listed, at.Missing)
		}
	}
	if err != nil {
		return BackfillResult{}, fmt.Errorf("read reply of reconcile: %w", err)
	}
	return at.result(), nil
}

func (s backfillState) result() BackfillResult {
	r := BackfillResult{
		Since: s.Since, Until: s.Until, Checked: s.Listed, Selected: s.Missing, Stored: s.Stored, Quarantined: s.Quarantined,
		DryRun: !s.Store, Keyless: s.Keyless, Denied: s.Denied,
	}
	for _, f := range s.Sample {
		r.Sample = append(r.Sample, MissingEvent{Facts: f})
	}
	return r
}
