// Package reconcile closes gaps: it sends again what is owed and overdue, and
// fetches what never came.
package reconcile

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

const (
	// grace is how long fan-out and first attempt may take before the sweep
	// looks after them.
	grace = 15 * time.Minute
	// quiet is how long the sweep waits for a delivery that it sent.
	quiet = 15 * time.Minute
	// late is when an overdue delivery is counted in the lateness alarm.
	late = 30 * time.Minute
	// reach is how far back the first walk of a new stack looks.
	reach = 72 * time.Hour
	// perRun bounds what one run sends, so that a run ends in its time.
	perRun = 2000
)

// Owed sends again what is owed and overdue. One run at a time.
type Owed struct {
	Store     event.Store
	Ledger    event.Ledger
	Bus       event.Bus
	Retention time.Duration // how long delivery records are kept
	// Seen gets the facts of every event that a run looks at; nil for nobody.
	Seen func(event.Facts)
	Now  func() time.Time
	Log  *slog.Logger
}

// Report is what one run did.
type Report struct {
	Checked   int `json:"checked"`   // events and deliveries looked at
	Published int `json:"published"` // events that the bus did not have
	Owed      int `json:"owed"`      // actions without a record
	Sent      int `json:"sent"`      // deliveries sent again
	Overdue   int `json:"overdue"`   // deliveries more than half an hour late
}

// Sweep walks the events since the last run, then everything that is due. Both
// parts go on when the other fails.
func (o *Owed) Sweep(ctx context.Context) (Report, error) {
	var r Report
	err := errors.Join(o.walk(ctx, &r), o.due(ctx, &r))
	o.Log.InfoContext(ctx, "overdue", "count", r.Overdue, "checked", r.Checked, "published", r.Published, "owed", r.Owed, "sent", r.Sent)
	return r, err
}

// walk looks at each event once it is older than grace: it publishes what the
// bus never had and records a delivery for each action that has none. From
// then on the delivery's own due time brings it back, so the cursor may pass
// it. The cursor stays before the first event that could not be handled, but
// not before one that nobody can read: it would hold up all that come after.
func (o *Owed) walk(ctx context.Context, r *Report) error {
	cur, err := loadCursor(ctx, o.Ledger, "owed")
	if err != nil {
		return err
	}
	to := o.Now().Add(-grace)
	if cur.At.IsZero() {
		cur.At = to.Add(-reach)
	}
	next, budget := to, perRun
	var failed, odd error
	for from := cur.At; from.Before(to) && failed == nil && budget > 0 && timeLeft(ctx); from = from.Add(time.Hour) {
		end := minTime(from.Add(time.Hour), to)
		next = end
		err := o.Store.ReceivedBetween(ctx, from, end, func(s event.Stored) bool {
			r.Checked++
			if o.Seen != nil {
				o.Seen(s.Facts)
			}
			sent, err := o.settle(ctx, s, r)
			if err != nil {
				failed = fmt.Errorf("event %s: %w", s.ID, err)
				return false
			}
			budget -= sent
			return budget > 0 && timeLeft(ctx)
		})
		if errors.Is(err, event.ErrInvalid) {
			odd, err = errors.Join(odd, err), nil
		}
		if failed = errors.Join(failed, err); failed != nil || budget <= 0 || !timeLeft(ctx) {
			next = from
		}
	}
	cur.At = next
	return errors.Join(failed, odd, cur.save(ctx, o.Ledger))
}

// settle makes sure that one event is on the bus and in the ledger, and
// returns how much it had to do. What is pending again is so for a replay,
// perhaps for one action alone: the others are owed it as before.
func (o *Owed) settle(ctx context.Context, s event.Stored, r *Report) (int, error) {
	n := 0
	if s.Pending {
		r.Published++
		n++
		if err := o.publish(ctx, s); err != nil {
			return n, err
		}
	}
	for _, action := range s.Subscribers {
		_, err := o.Ledger.Delivery(ctx, s.ID, action)
		if err == nil || errors.Is(err, event.ErrInvalid) {
			continue // there is a record, be it readable or not
		}
		if !errors.Is(err, event.ErrNotFound) {
			return n, err
		}
		if err := o.owe(ctx, s.ID, action); err != nil {
			return n, err
		}
		r.Owed++
		n++
	}
	return n, nil
}

func (o *Owed) owe(ctx context.Context, id, action string) error {
	now := o.Now()
	return o.Ledger.Ensure(ctx, id, action, now, now.Add(o.Retention))
}

// publish does dispatch's work for an event that dispatch has not done. It
// records what is owed first: should the bus lose the event, the due sweep
// finds it.
func (o *Owed) publish(ctx context.Context, s event.Stored) error {
	env := event.Envelope{Facts: s.Facts, Only: s.Only}
	wanted, err := o.Bus.Subscribers(ctx, env)
	if err != nil {
		return err
	}
	if errs := o.Bus.Publish(ctx, []event.Envelope{env}); errs[0] != nil {
		return fmt.Errorf("publish: %w", errs[0])
	}
	for _, action := range wanted {
		if err := o.owe(ctx, s.ID, action); err != nil {
			return err
		}
	}
	return o.Store.MarkPublished(ctx, s.ID, wanted)
}

// due sends every waiting delivery whose time has come to its action.
func (o *Owed) due(ctx context.Context, r *Report) error {
	now := o.Now()
	var failed error
	err := o.Ledger.Unfinished(ctx, event.Waiting, now.Add(time.Millisecond), func(d event.Delivery) bool {
		r.Checked++
		if now.Sub(d.Next) > late {
			r.Overdue++
		}
		if err := o.resend(ctx, d, r); err != nil {
			failed = errors.Join(failed, fmt.Errorf("event %s for %s: %w", d.Event, d.Action, err))
		}
		return r.Sent < perRun && timeLeft(ctx)
	})
	return errors.Join(err, failed)
}

func (o *Owed) resend(ctx context.Context, d event.Delivery, r *Report) error {
	ours, err := o.Ledger.ClaimRedelivery(ctx, d.Event, d.Action, o.Now(), quiet)
	if err != nil || !ours {
		return err
	}
	s, err := o.Store.Get(ctx, d.Event)
	switch {
	case errors.Is(err, event.ErrNotFound):
		return o.park(ctx, d, "the event is no longer stored")
	case errors.Is(err, event.ErrInvalid):
		return o.park(ctx, d, "load event: "+err.Error())
	case err != nil:
		return fmt.Errorf("load: %w", err)
	}
	r.Sent++
	if s.Pending && (s.Only == "" || s.Only == d.Action) {
		return o.publish(ctx, s) // a replay that dispatch gave up: the walk is past it
	}
	env := event.Envelope{Facts: s.Facts, Only: d.Action}
	return o.Bus.Publish(ctx, []event.Envelope{env})[0]
}

// park ends a delivery that no attempt can serve any more.
func (o *Owed) park(ctx context.Context, d event.Delivery, why string) error {
	now := o.Now()
	d, err := o.Ledger.Claim(ctx, event.Claim{
		Event: d.Event, Action: d.Action, Owner: "reconcile " + now.Format(time.RFC3339Nano),
		Now: now, Lease: now.Add(time.Minute), Expires: now.Add(o.Retention),
	})
	if err != nil {
		return fmt.Errorf("claim to park: %w", err)
	}
	d.State, d.Next, d.Updated, d.Error = event.Parked, now, now, why
	return o.Ledger.Commit(ctx, d)
}

// timeLeft reports whether a run may begin another piece of work.
func timeLeft(ctx context.Context) bool {
	until, ok := ctx.Deadline()
	return ctx.Err() == nil && (!ok || time.Until(until) > 5*time.Second)
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
