package delivery

import (
	"context"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Recorder keeps which attempts a process runs, so that another process of the same
// environment learns which ones it did not end.
type Recorder interface {
	Began(event.Running)
	Ended(owner string)
	// Interrupted calls fn with each attempt of a process that is gone, and again later
	// those for which it returns an error.
	Interrupted(fn func(event.Interrupted) error) error
}

// Recover ends the attempts that a crash, an exit, a timeout or a lack of memory cut
// off, each as if its function had returned an error that says so. It holds such an
// attempt by its fencing token, as the process that began it did: whatever was written
// for the delivery meanwhile stands.
func (h *Handler) Recover(ctx context.Context) error {
	if h.Recorder == nil {
		return nil
	}
	err := h.Recorder.Interrupted(func(i event.Interrupted) error { return h.recover(ctx, i) })
	if err != nil {
		return fmt.Errorf("end interrupted attempts: %w", err)
	}
	return nil
}

func (h *Handler) recover(ctx context.Context, i event.Interrupted) error {
	b := h.read(ctx, event.DeliveryRef{Action: h.Action, Event: i.Event})
	_, err := h.usable(*b)
	d := b.Delivery
	if err != nil || d.Finished() || i.Claimed && (d.Owner != i.Owner || d.Lease.IsZero()) {
		return err // somebody ended it
	}
	d.Event, d.Action = i.Event, h.Action
	a := &Attempt{h: h, d: d, stored: b.Stored, owner: i.Owner, began: i.Began, claimed: i.Claimed}
	if !i.Claimed {
		a.unclaimed(i.Began)
	}
	took := i.Ended.Sub(i.Began).Round(time.Millisecond)
	a.apply(fmt.Errorf("%s, %s after it began", i.Why, took))
	a.d.Took = took.Milliseconds()
	last := &a.d.History[len(a.d.History)-1]
	last.At, last.Took = i.Ended, a.d.Took
	_, err = h.committed(ctx, a, h.Ledger.Commit(ctx, event.Commit{Delivery: a.d, Claimed: a.claimed}), i.Began)
	return err
}

func (h *Handler) began(a *Attempt, begin, until time.Time) {
	if h.Recorder != nil {
		h.Recorder.Began(event.Running{Event: a.d.Event, Owner: a.owner, Claimed: a.claimed, Began: begin, Until: until})
	}
}

func (h *Handler) ended(a *Attempt) {
	if h.Recorder != nil {
		h.Recorder.Ended(a.owner)
	}
}
