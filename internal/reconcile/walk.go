package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

const (
	// grace is how long fan-out and first attempt may take before a sweep looks
	// after them.
	grace = 15 * time.Minute
	// lookBack is how far back the first walk of a new stack looks.
	lookBack = 72 * time.Hour
	// window is the time of receipt that a walk reads at once; the cursor moves
	// behind each.
	window = time.Hour
	// perRun bounds what one run of a sweep sends, so that it ends in its time.
	perRun = 2000
	// endMargin is how much of a run's time is kept back to end it.
	endMargin = 5 * time.Second
)

// position of a walk over the events by time of receipt: everything before is
// handled.
type position struct {
	Received time.Time `json:"received"`
}

// walk is one pass over the events that were received since the last one and
// are older than grace.
type walk struct {
	name   string
	store  event.Store
	ledger event.Ledger
	now    func() time.Time
}

// progressed is how far a visit got with the events of a window.
type progressed int

const (
	handled progressed = iota // all of them: the cursor moves behind the window
	left                      // some need another visit: the cursor stays, the walk continues
	stopped                   // the run has done what it may: so does the walk
)

// run hands visit the events of one window after the other, and moves the cursor
// behind those that it handled. The cursor stays before the first event that
// could not be handled, but not before one that cannot be read: it would stop all
// that come after.
func (w walk) run(ctx context.Context, visit func([]event.Stored) (progressed, error)) error {
	cur, err := loadCursor[position](ctx, w.ledger, w.name)
	if err != nil {
		return err
	}
	to := w.now().Add(-grace)
	if cur.At.Received.IsZero() {
		cur.At.Received = to.Add(-lookBack)
	}
	var unreadable error
	moves := true
	for from := cur.At.Received; from.Before(to) && timeLeft(ctx, w.now()); from = earlier(from.Add(window), to) {
		end := earlier(from.Add(window), to)
		found, odd, err := w.received(ctx, from, end)
		unreadable = errors.Join(unreadable, odd)
		var got progressed
		if err == nil {
			got, err = visit(found)
		}
		if moves = moves && got == handled; err == nil && moves {
			cur.At.Received = end
			err = cur.Save(ctx, w.ledger)
		}
		if err != nil || got == stopped {
			return errors.Join(err, unreadable)
		}
	}
	return unreadable
}

// received returns the events of a window; unreadable names those that cannot be
// read.
func (w walk) received(ctx context.Context, from, to time.Time) (found []event.Stored, unreadable, failed error) {
	for s, err := range event.ReceivedBetween(ctx, w.store, from, to) {
		switch {
		case errors.Is(err, event.ErrInvalid):
			unreadable = errors.Join(unreadable, err)
		case err != nil:
			return nil, unreadable, fmt.Errorf("events received: %w", err)
		default:
			found = append(found, s)
		}
	}
	return found, unreadable, nil
}

// timeLeft reports whether a run may begin another piece of work, by its own
// clock.
func timeLeft(ctx context.Context, now time.Time) bool { return TimeFor(ctx, now, endMargin) }

// TimeFor reports whether more than d is left of the run.
func TimeFor(ctx context.Context, now time.Time, d time.Duration) bool {
	until, ok := ctx.Deadline()
	return ctx.Err() == nil && (!ok || until.Sub(now) > d)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
