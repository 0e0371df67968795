package operator

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// backfillCalls is how many calls of Stripe's API one request makes: what is listed between
// two reports, and again when it was stopped in between. The events of one second, in
// pages of a hundred, must fit: nothing is kept of a part of them.
const backfillCalls = 50

// Backfill asks for the events that Stripe lists since a time and that are not
// stored.
type Backfill struct {
	Since time.Time
	Store bool // without it they are only counted
	Anew  bool // do not continue what was stopped
	Calls int  // of Stripe's API that one request makes; 0 is 50, and fewer than 4 may not move
	// Resume is called before it continues what was stopped; nil is none.
	Resume func(BackfillResult)
	// Progress is called after each run of the function but the last; nil is none.
	Progress func(BackfillResult)
}

// BackfillResult is the result of a backfill, or of its dry run.
type BackfillResult struct {
	Since       time.Time      `json:"since"` // not before what Stripe lists
	Until       time.Time      `json:"until"`
	Listed      int            `json:"listed"`  // events that Stripe lists
	Missing     int            `json:"missing"` // of them not stored when they were listed
	Stored      int            `json:"stored"`
	Quarantined int            `json:"quarantined"`
	DryRun      bool           `json:"dry_run"`
	Resumed     bool           `json:"resumed,omitempty"` // it continued one that was stopped
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
// is the next request. When it fails or ctx ends, what is stored stays, and the next one
// with the same Since and Store continues behind the last reply.
func (o *Operator) Backfill(ctx context.Context, b Backfill) (BackfillResult, error) {
	c, err := o.backfillCursor(ctx, b)
	if err != nil {
		return BackfillResult{}, err
	}
	at, err := c.state()
	resumed := len(c.State) > 0
	if resumed && err == nil && b.Resume != nil {
		b.Resume(at.result(true))
	}
	for err == nil && !at.Done {
		if err = o.backfillStep(ctx, c, b); err == nil {
			at, err = c.state()
		}
		if err == nil && !at.Done && b.Progress != nil {
			b.Progress(at.result(resumed))
		}
	}
	return at.result(resumed), err
}

// backfillStep has the function do one part, and keeps how far it is.
func (o *Operator) backfillStep(ctx context.Context, c *backfillCursor, b Backfill) error {
	var err error
	next := c.State
	if len(next) == 0 {
		if next, err = json.Marshal(map[string]any{"since": b.Since, "store": b.Store, "at_most": cmp.Or(b.Calls, backfillCalls)}); err != nil {
			return err
		}
	}
	var reply struct {
		Backfill json.RawMessage `json:"backfill"`
	}
	if err := o.Functions.Invoke(ctx, "reconcile", map[string]any{"backfill": next}, &reply); err != nil {
		return err
	}
	if len(reply.Backfill) == 0 || string(reply.Backfill) == "null" {
		return errors.New("the stack's reconcile function is of an older version: deploy this one first")
	}
	c.State = reply.Backfill
	return o.saveBackfill(ctx, c)
}

func (s backfillState) result(resumed bool) BackfillResult {
	r := BackfillResult{
		Since: s.Since, Until: s.Until, Listed: s.Listed, Missing: s.Missing, Stored: s.Stored, Quarantined: s.Quarantined,
		DryRun: !s.Store, Resumed: resumed, Keyless: s.Keyless, Denied: s.Denied,
	}
	for _, f := range s.Sample {
		r.Sample = append(r.Sample, MissingEvent{Facts: f})
	}
	return r
}

const (
	backfillTable = "cursors"
	backfillKey   = "backfill"
	// backfillKept is how long a stopped backfill can be continued: it does not list what
	// was created after it began.
	backfillKept = 24 * time.Hour
)

// backfillCursor is how far the last backfill came; it has no State if there is
// nothing to continue.
type backfillCursor struct {
	Since   time.Time       `json:"since"`
	Store   bool            `json:"store"`
	Saved   time.Time       `json:"saved"`
	State   json.RawMessage `json:"state,omitempty"`
	version int64
}

// backfillCursor continues one of the same kind that was stopped not long ago.
func (o *Operator) backfillCursor(ctx context.Context, b Backfill) (*backfillCursor, error) {
	row, err := o.Ledger.Load(ctx, backfillTable, backfillKey)
	if err != nil {
		return nil, fmt.Errorf("read where the last backfill stopped: %w", err)
	}
	var old backfillCursor
	if row.Data != nil {
		err = json.Unmarshal(row.Data, &old)
	}
	c := &backfillCursor{Since: b.Since, Store: b.Store, version: row.Version}
	if err == nil && !b.Anew && old.Since.Equal(b.Since) && old.Store == b.Store && o.Now().Sub(old.Saved) < backfillKept {
		c.State = old.State
	}
	return c, nil
}

func (c *backfillCursor) state() (s backfillState, err error) {
	if len(c.State) == 0 {
		return backfillState{Since: c.Since, Store: c.Store}, nil
	}
	if err := json.Unmarshal(c.State, &s); err != nil {
		return s, fmt.Errorf("read reply of reconcile: %w", err)
	}
	return s, nil
}

// saveBackfill keeps how far it is, also when ctx has just ended; nothing of one that is
// done. It fails if another backfill did so meanwhile.
func (o *Operator) saveBackfill(ctx context.Context, c *backfillCursor) error {
	at, err := c.state()
	if err != nil {
		return err
	}
	kept := *c
	if kept.Saved = o.Now(); at.Done {
		kept.State = nil
	}
	data, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	err = o.Ledger.Write(context.WithoutCancel(ctx), event.Write{Table: backfillTable, Key: backfillKey, Version: c.version, Data: data})
	if errors.Is(err, event.ErrConflict) {
		return fmt.Errorf("another backfill runs: %w", err)
	}
	if err == nil {
		c.version++
	}
	return err
}
