package delivery

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// conflicts bounds how often one attempt runs its transitions again because
// another event changed a row in between.
const conflicts = 10

// Attempt is one run of a function for one delivery. Its methods are what the
// function may ask for.
type Attempt struct {
	h       *Handler
	d       event.Delivery
	stored  event.Stored
	owner   string
	began   time.Time
	lease   time.Time // by then the run is over, claimed or not
	claimed bool

	updates  []update
	raw      []any
	outcome  string
	used     map[string]bool // effect keys
	effects  []event.EffectOutcome
	doneBy   map[string]string // by effect key: the event whose attempt performed it
	usageErr error
	// dryRun: an audit runs the function; nothing is written or called.
	dryRun  bool
	lostErr error // of a dry run: a result that it needs is not kept
}

// claim takes the delivery by its record. A lease that ran out and was never
// given back is an attempt that ended without a result.
func (a *Attempt) claim(ctx context.Context, now time.Time) error {
	before := a.d
	d, err := a.h.Ledger.Claim(ctx, event.Claim{
		DeliveryRef: before.Ref(), Owner: a.owner, Now: now, Lease: a.lease, Expires: a.expiry(now),
	})
	a.d, a.claimed = d, true
	if err == nil && before.State == event.Waiting && !before.Lease.IsZero() {
		a.d.Record(event.Attempt{At: before.Updated, Error: "interrupted: the attempt ended without a result"})
	}
	return err
}

// unclaimed prepares the record that the commit will write.
func (a *Attempt) unclaimed(now time.Time) {
	a.d.State, a.d.Owner, a.d.Ensured = event.Waiting, a.owner, false
	a.d.First, a.d.Expires = now, a.expiry(now)
	a.d.Attempts++
}

// expiry is when the delivery and its effects may be deleted.
func (a *Attempt) expiry(now time.Time) time.Time {
	if a.stored.ID == "" {
		return event.DeliveryExpiry(now, now) // the event is not there any more
	}
	return event.DeliveryExpiry(a.stored.Expires, now)
}

// do runs the function and commits the delivery with what it asked for. A change
// of state in between runs the transitions again, not the function.
func (a *Attempt) do(ctx context.Context, unusable error) error {
	err := unusable
	if err == nil {
		err = a.call(ctx)
	}
	if a.usageErr != nil {
		err = a.usageErr
	}
	for try := 0; a.commits(err); try++ {
		cerr := a.commit(ctx, err)
		switch {
		case cerr == nil, errors.Is(cerr, event.ErrFenced):
			return cerr
		case errors.Is(cerr, event.ErrInvalid):
			err = event.Permanent(cerr)
		case errors.Is(cerr, event.ErrConflict) && try < conflicts:
			if perr := a.h.pause(ctx, try); perr != nil {
				err = perr
			}
		default:
			err = cerr
		}
	}
	a.apply(err)
	return a.h.Ledger.Commit(ctx, event.Commit{Delivery: a.d, Claimed: a.claimed})
}

// commits reports whether the function's changes of state are committed: it
// returned no error, or none but that effects are withheld.
func (a *Attempt) commits(err error) bool { return err == nil || withheldOnly(err) }

// commit runs the transitions and commits the delivery as done with the result.
func (a *Attempt) commit(ctx context.Context, verdict error) error {
	ws, err := a.safeWrites(ctx)
	if err != nil {
		return err
	}
	before := a.d
	a.apply(verdict)
	a.d.Committed = a.d.Committed || len(ws) > 0
	if err := a.h.Ledger.Commit(ctx, event.Commit{Delivery: a.d, Claimed: a.claimed, Writes: ws}); err != nil {
		a.d = before
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// call runs the function with some time kept back to record how it ended.
func (a *Attempt) call(ctx context.Context) (err error) {
	if until, ok := ctx.Deadline(); ok {
		until = until.Add(-saveTime)
		timed, cancel := context.WithTimeout(ctx, until.Sub(a.h.Now()))
		defer cancel()
		ctx = deadline{timed, until}
	}
	defer recovered(&err)
	return a.h.Run(ctx, a)
}

// deadline is a context that names its end by the handler's clock.
type deadline struct {
	context.Context
	until time.Time
}

func (d deadline) Deadline() (time.Time, bool) { return d.until, true }

func (a *Attempt) safeWrites(ctx context.Context) (ws []event.Write, err error) {
	defer recovered(&err)
	return a.writes(ctx)
}

// recovered turns a panic into an error that names its place and kind, and not
// its text, which may hold anything.
func recovered(err *error) {
	r := recover()
	if r == nil {
		return
	}
	what := fmt.Sprintf("%T", r)
	if re, ok := r.(runtime.Error); ok {
		what = re.Error()
	}
	*err = fmt.Errorf("panic: %s at %s", what, panicSite())
}

// panicSite names the first frame of the panic that is not the runtime's.
func panicSite() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, "runtime.") {
			return fmt.Sprintf("%s:%d", f.Function, f.Line)
		}
		if !more {
			return "unknown"
		}
	}
}
