package action

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

// attempt is one run of a function for one delivery.
type attempt struct {
	h      *Handler
	d      event.Delivery
	stored event.Stored

	updates []update
	raw     []any
	outcome string
	used    map[string]bool // effect keys
	misuse  error
	// rehearsal: an audit runs the function; nothing may come of it.
	rehearsal bool
}

// do runs the function and saves the delivery with what it asked for. A change
// of state in between runs the transitions again, not the function.
func (a *attempt) do(ctx context.Context) error {
	err := a.call(ctx)
	for try := 0; err == nil && a.misuse == nil; try++ {
		if err = a.commit(ctx); err == nil {
			return nil
		}
		switch {
		case errors.Is(err, event.ErrFenced):
			return err
		case errors.Is(err, event.ErrInvalid):
			err = Permanent(err)
		case errors.Is(err, event.ErrConflict) && try < conflicts:
			err = a.h.pause(ctx, try)
		}
	}
	if a.misuse != nil {
		err = a.misuse
	}
	a.judge(err)
	return a.h.Ledger.Commit(ctx, a.d)
}

// commit runs the transitions and saves the delivery as done with the result.
func (a *attempt) commit(ctx context.Context) error {
	ws, err := a.safeWrites(ctx)
	if err != nil {
		return err
	}
	done := a.d
	a.judge(nil)
	if err := a.h.Ledger.Commit(ctx, a.d, ws...); err != nil {
		a.d = done
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// call runs the function with some time kept back to record how it ended.
func (a *attempt) call(ctx context.Context) (err error) {
	if until, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, until.Add(-saveTime))
		defer cancel()
	}
	defer recovered(&err)
	return a.h.run(ctx, a)
}

func (a *attempt) safeWrites(ctx context.Context) (ws []event.Write, err error) {
	defer recovered(&err)
	return a.writes(ctx)
}

// recovered turns a panic into an error that says where and of what kind, and
// not what: a panic's text may hold anything.
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

// judge writes the verdict err into the delivery.
func (a *attempt) judge(err error) {
	var (
		permanent *permanentError
		retry     *retryError
		unknown   *unknownError
	)
	now := a.h.Now()
	a.d.Updated, a.d.Next, a.d.Outcome, a.d.Error, a.d.Effect = now, now, "", "", ""
	switch {
	case err == nil:
		a.d.State, a.d.Outcome = event.Done, redact(a.outcome)
		return
	case errors.As(err, &unknown):
		a.d.State, a.d.Effect = event.Unknown, unknown.key
	case Skipped(err):
		a.d.State, a.d.Ignored, a.d.Outcome = event.Done, true, redact(err.Error())
		return
	case errors.As(err, &permanent):
		a.d.State = event.Parked
	default:
		var after time.Duration
		if errors.As(err, &retry) {
			after = retry.after
		}
		a.later(now, after)
	}
	a.d.Error = redact(err.Error())
}

// later schedules the next attempt, or parks what has been tried for too long.
func (a *attempt) later(now time.Time, after time.Duration) {
	if now.Sub(a.d.First) >= giveUp {
		a.d.State = event.Parked
		return
	}
	next := max(wait(a.d.Attempt, a.h.Rand()), after)
	a.d.State, a.d.Next = event.Waiting, now.Add(next)
}
