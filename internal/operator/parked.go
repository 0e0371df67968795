package operator

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Retry asks for new attempts of parked deliveries.
type Retry struct {
	Deliveries
	Stale bool // mails are sent also if they are too old
}

// RetryPlan is a retry that has not begun.
type RetryPlan struct {
	Retry
	Selected []event.Delivery // the oldest first
	// Unreadable is why the selection may be incomplete, or nil.
	Unreadable error

	o *Operator
}

// RetryResult is the result of a retry, or of its dry run.
type RetryResult struct {
	Selected int       `json:"selected"`
	Sent     int       `json:"sent"`
	Skipped  []Skipped `json:"skipped,omitempty"`
	Sample   []Item    `json:"sample,omitempty"` // of a dry run
}

// PlanRetry selects parked deliveries and changes nothing. A delivery that is
// named must be parked; an event or action that is named must exist.
func (o *Operator) PlanRetry(ctx context.Context, r Retry) (*RetryPlan, error) {
	ds, err := o.selected(ctx, r.Deliveries, event.Parked)
	if err != nil && len(ds) == 0 {
		return nil, err
	}
	return &RetryPlan{Retry: r, Selected: ds, Unreadable: err, o: o}, nil
}

// DryRun is the result of a retry that changes nothing.
func (p *RetryPlan) DryRun() RetryResult { return dryRun(p.Selected) }

func dryRun(ds []event.Delivery) RetryResult {
	return RetryResult{Selected: len(ds), Sample: itemsOf(ds[:min(SampleSize, len(ds))])}
}

// Run gives each selected delivery a new round and sends it to its action. A
// delivery that changed since it was selected is skipped. When ctx ends it stops
// with ctx's error; a new plan selects what is left. The result counts what was
// done also with any error.
func (p *RetryPlan) Run(ctx context.Context, pace Pace) (RetryResult, error) {
	return p.o.retryEach(ctx, pace, p.Selected, func(ctx context.Context, d event.Delivery) (event.Reason, error) {
		return p.o.Reopen(ctx, d.Ref(), p.Stale)
	})
}

// retryEach counts what send sent, and skips what it has a reason not to send.
func (o *Operator) retryEach(ctx context.Context, pace Pace, ds []event.Delivery, send func(context.Context, event.Delivery) (event.Reason, error)) (RetryResult, error) {
	var mu sync.Mutex
	r := RetryResult{Selected: len(ds)}
	_, err := o.each(ctx, pace, len(ds), func(ctx context.Context, i int) error {
		ref := ds[i].Ref()
		why, err := send(ctx, ds[i])
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err != nil:
			return err
		case why != "":
			r.Skipped = append(r.Skipped, Skipped{ref.Event, ref.Action, why})
		default:
			r.Sent++
		}
		return nil
	})
	return r, err
}

// justSent is how long ago a message was sent that needs no other one: it is
// with its action by now, or about to be.
const justSent = time.Minute

// Reopen gives a parked, unknown, withheld or waiting delivery a new round and
// sends it to its action, or returns why it cannot. It may be repeated.
func (o *Operator) Reopen(ctx context.Context, ref event.DeliveryRef, stale bool) (event.Reason, error) {
	return o.reopen(ctx, ref, stale, func() error { return nil })
}

// reopen is Reopen with what is to happen in the new round before it is sent.
func (o *Operator) reopen(ctx context.Context, ref event.DeliveryRef, stale bool, before func() error) (event.Reason, error) {
	s, err := o.load(ctx, ref.Event)
	if err != nil && !errors.Is(err, event.ErrErased) && !errors.Is(err, event.ErrNotFound) {
		return "", err
	}
	if why, err := o.notSent(ctx, ref, s, err == nil); why != "" || err != nil {
		return why, err
	}
	err = o.newRound(ctx, ref, stale)
	if errors.Is(err, event.ErrNotFound) {
		return ReasonMoved, nil
	}
	if err == nil {
		err = before()
	}
	if err != nil {
		return "", err
	}
	return "", o.redeliver(ctx, s.Facts, ref.Action)
}

// newRound is Ledger.Reopen, and again where an attempt ends in between.
func (o *Operator) newRound(ctx context.Context, ref event.DeliveryRef, stale bool) (err error) {
	for range 3 {
		if err = o.Ledger.Reopen(ctx, ref, o.Now(), stale); !errors.Is(err, event.ErrConflict) {
			break
		}
	}
	return err
}

// redeliver sends due deliveries of an event to their actions: an envelope on
// the bus for each action, unless one was sent just now. What the bus loses the
// due sweep sends.
func (o *Operator) redeliver(ctx context.Context, f event.Facts, actions ...string) error {
	var send []event.Envelope
	var failed []error
	for _, action := range actions {
		ref := event.DeliveryRef{Action: action, Event: f.ID}
		ours, err := o.Ledger.ClaimRedelivery(ctx, ref, o.Now(), justSent)
		if failed = append(failed, err); ours {
			send = append(send, event.Envelope{Facts: f, Only: action})
		}
	}
	if len(send) > 0 {
		failed = append(failed, o.Bus.Publish(ctx, send)...)
	}
	return errors.Join(failed...)
}
