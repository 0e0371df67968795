package reconcile

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Pending publishes the events that dispatch has not: those that the bus never
// had. One run at a time.
type Pending struct {
	Store  event.Store
	Ledger event.Ledger
	Bus    event.Bus
	// Seen gets the facts of every event that a run looks at; nil for no one.
	Seen func(event.Facts)
	Now  func() time.Time
	Log  *slog.Logger
}

// PendingReport is what one run of Pending did.
type PendingReport struct {
	Published int `json:"published"` // events that the bus did not have
}

// Sweep walks the events since the last run. An event that fails stops the walk
// before it; the next run continues there.
func (p *Pending) Sweep(ctx context.Context, checked *int) (r PendingReport, err error) {
	w := walk{"pending", p.Store, p.Ledger, p.Now}
	err = w.run(ctx, func(found []event.Stored) (progressed, error) {
		for _, s := range found {
			*checked++
			if p.Seen != nil {
				p.Seen(s.Facts)
			}
			if !s.Pending || s.Expired(p.Now()) {
				continue
			}
			if r.Published >= perRun || !timeLeft(ctx, p.Now()) {
				return stopped, nil
			}
			r.Published++
			if err := p.publish(ctx, s); err != nil {
				return stopped, fmt.Errorf("event %s: %w", s.ID, err)
			}
		}
		return handled, nil
	})
	p.Log.InfoContext(ctx, "pending", "published", r.Published)
	return r, err
}

// publish does what is left of dispatch's work. It records the deliveries before it clears
// pending: should the bus lose the event, the due sweep finds them.
func (p *Pending) publish(ctx context.Context, s event.Stored) error {
	env := event.Envelope{Facts: s.Facts}
	if s.ByFetch && !s.OnBus {
		return p.toFetch(ctx, s)
	}
	subscribers, err := p.Bus.Subscribers(ctx, env)
	if err != nil {
		return err
	}
	if !s.OnBus {
		if errs := p.Bus.Publish(ctx, []event.Envelope{env}); errs[0] != nil {
			return fmt.Errorf("publish: %w", errs[0])
		}
	}
	for _, action := range subscribers {
		if err := ensure(ctx, p.Ledger, s, action, p.Now()); err != nil {
			return err
		}
	}
	return p.Store.MarkPublished(ctx, s.ID, subscribers)
}

// toFetch leaves a thin event to function fetch: its delivery is in the ledger from now on,
// which brings it back until it is published; then it counts as received anew.
func (p *Pending) toFetch(ctx context.Context, s event.Stored) error {
	subscribers, err := event.FetchFor(ctx, p.Bus, event.Envelope{Facts: s.Facts})
	if err != nil {
		return err
	}
	if s.ToFetch && len(subscribers) == 0 {
		return p.Store.MarkPublished(ctx, s.ID, nil)
	}
	return ensure(ctx, p.Ledger, s, event.Fetch, p.Now())
}

func ensure(ctx context.Context, l event.Ledger, s event.Stored, action string, now time.Time) error {
	return l.Ensure(ctx, event.DeliveryRef{Action: action, Event: s.ID}, now, event.DeliveryExpiry(s.Expires, now))
}
