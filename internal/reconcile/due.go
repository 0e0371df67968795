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
	// quiet is how long the sweep waits for a delivery that it sent.
	quiet = 15 * time.Minute
	// late is when an overdue delivery is counted in the lateness alarm.
	late = 30 * time.Minute
	// fullQueue is how many messages an action's queue may hold before nothing
	// is redelivered to it: they are in front of any copy.
	fullQueue = 1000
)

// Queues says what waits for each action. Safe for concurrent use.
type Queues interface {
	Backlog(ctx context.Context, action string) (event.Backlog, error)
}

// Due redelivers the waiting deliveries whose time has come. One run at a time.
type Due struct {
	Store  event.Store
	Ledger event.Ledger
	Bus    event.Bus
	Queues Queues // nil: nothing is known of them, every action takes redeliveries
	Now    func() time.Time
	Log    *slog.Logger
}

// DueReport is what one run of Due did.
type DueReport struct {
	Sent    int `json:"sent"`    // deliveries sent again
	Overdue int `json:"overdue"` // deliveries more than half an hour late
	Held    int `json:"held"`    // due deliveries that an action's backlog keeps waiting
	Ended   int `json:"ended"`   // deliveries of actions that were removed
}

// Sweep goes through all that is due. One delivery that fails stops no other.
func (d *Due) Sweep(ctx context.Context, checked *int) (r DueReport, err error) {
	defer func() {
		d.Log.InfoContext(ctx, "due", "overdue", r.Overdue, "sent", r.Sent, "held", r.Held, "ended", r.Ended)
	}()
	actions, err := d.actions(ctx)
	if err != nil {
		return r, err
	}
	now := d.Now()
	var failed error
	for del, err := range event.UnfinishedDeliveries(ctx, d.Ledger, event.Waiting, now.Add(time.Millisecond)) {
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		*checked++
		if now.Sub(del.Next) > late {
			r.Overdue++
		}
		if err := d.handle(ctx, del, actions, &r); err != nil {
			failed = errors.Join(failed, fmt.Errorf("event %s for %s: %w", del.Event, del.Action, err))
		}
		if r.Sent >= perRun || !timeLeft(ctx, d.Now()) {
			break
		}
	}
	return r, errors.Join(failed, actions.save(ctx, d.Ledger))
}

func (d *Due) handle(ctx context.Context, del event.Delivery, actions *actions, r *DueReport) error {
	if del.Running(d.Now()) {
		return nil
	}
	switch can, err := actions.takes(ctx, del.Action); {
	case err != nil:
		return err
	case can == removed:
		r.Ended++
		return d.endRemoved(ctx, del)
	case can == notNow:
		r.Held++
		return nil
	}
	ours, err := d.Ledger.ClaimRedelivery(ctx, del.Ref(), d.Now(), quiet)
	if err != nil || !ours {
		return err
	}
	actions.sent(del.Action)
	return d.redeliver(ctx, del, r)
}

func (d *Due) redeliver(ctx context.Context, del event.Delivery, r *DueReport) error {
	s, err := d.Store.Get(ctx, del.Event)
	switch {
	case errors.Is(err, event.ErrNotFound), err == nil && s.Expired(d.Now()):
		return d.end(ctx, del, event.Parked, "the event has expired")
	case errors.Is(err, event.ErrInvalid):
		return d.end(ctx, del, event.Parked, "load event: "+err.Error())
	case err != nil:
		return fmt.Errorf("load: %w", err)
	}
	r.Sent++
	return d.Bus.Publish(ctx, []event.Envelope{{Facts: s.Facts, Only: del.Action}})[0]
}

// endRemoved ends a delivery of an action that has no rule any more.
func (d *Due) endRemoved(ctx context.Context, del event.Delivery) error {
	if del.Attempts == 0 {
		return d.end(ctx, del, event.Done, "action removed")
	}
	return d.end(ctx, del, event.Parked, "the action has no rule on the bus: it was removed or renamed")
}

// end finishes a delivery that no attempt can serve any more.
func (d *Due) end(ctx context.Context, del event.Delivery, state event.State, why string) error {
	now := d.Now()
	del, err := d.Ledger.Claim(ctx, event.Claim{
		DeliveryRef: del.Ref(), Owner: "reconcile " + now.Format(time.RFC3339Nano),
		Now: now, Lease: now.Add(time.Minute), Expires: del.Expires,
	})
	if errors.Is(err, event.ErrFinished) || errors.Is(err, event.ErrNotDue) {
		return nil // an attempt was faster
	}
	if err != nil {
		return fmt.Errorf("claim to end it: %w", err)
	}
	del.State, del.Next, del.Lease, del.Updated = state, now, time.Time{}, now
	if state == event.Done {
		del.Outcome = why
	} else {
		del.Error = why
		del.Record(event.Attempt{At: now, Error: why})
	}
	return d.Ledger.Commit(ctx, event.Commit{Delivery: del, Claimed: true})
}
