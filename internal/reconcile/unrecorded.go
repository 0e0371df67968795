package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

// Unrecorded records a delivery for each subscriber that has none 15 minutes
// after the event: its queue never received it, or nothing handled it. From then
// on the delivery's own due time brings it back. It follows Pending, which records
// those of the events that it publishes. One run at a time.
type Unrecorded struct {
	Store  event.Store
	Ledger event.Ledger
	// Behind says up to when of a shard nothing is pending any more.
	Behind func(shard int) time.Time

	run *Run
	UnrecordedReport
}

// UnrecordedReport is what one run of Unrecorded did.
type UnrecordedReport struct {
	Unrecorded int `json:"unrecorded"` // subscribers without a record
}

const (
	// batch is how many records are read at once, as many as one request takes.
	batch = 100
	// readers is how many such requests are made at once.
	readers = 16
)

// Name implements Sweep.
func (*Unrecorded) Name() string { return "unrecorded" }

// Begin implements Sweep.
func (u *Unrecorded) Begin(_ context.Context, run *Run) (*Work, error) {
	u.run, u.UnrecordedReport = run, UnrecordedReport{}
	walks, parts := newWalks(run, u.Name(), func(w *walk) {
		w.store, w.ledger, w.visit = u.Store, u.Ledger, u.visit
		w.to = func() time.Time { return earlier(run.fannedOut(), u.Behind(w.shard)) }
	})
	return &Work{
		Parts: parts, Counts: func() Counts { return Counts{"unrecorded": u.Unrecorded} },
		Complete: func() time.Time {
			if at := complete(run, walks); !at.IsZero() {
				return u.complete(at)
			}
			return time.Time{}
		},
	}, nil
}

// complete is now if it has not had to wait for Pending.
func (u *Unrecorded) complete(at time.Time) time.Time {
	for n := range event.ReceiptShards {
		at = earlier(at, u.Behind(n).Add(Grace+idle))
	}
	return at
}

// visit compares the subscribers of the events with the ledger.
func (u *Unrecorded) visit(ctx context.Context, w *walk, found []event.Stored) (done int, err error) {
	var open []subscription
	for _, s := range found {
		for _, action := range s.Subscribers {
			open = append(open, subscription{s, action})
		}
	}
	missing, err := parallel.Map(ctx, readers, slices.Collect(slices.Chunk(open, batch)), u.missing)
	if err == nil {
		err = u.record(ctx, slices.Concat(missing...))
	}
	if err != nil {
		return 0, err
	}
	for _, s := range open {
		if w.At.Subscribed == nil {
			w.At.Subscribed = map[string]int{}
		}
		w.At.Subscribed[s.action]++
	}
	return len(found), nil
}

// subscription is one action that an event is for.
type subscription struct {
	stored event.Stored
	action string
}

func (s subscription) ref() event.DeliveryRef {
	return event.DeliveryRef{Action: s.action, Event: s.stored.ID}
}

// missing returns those that have no record, and those whose record cannot be read: that
// one stays as it is.
func (u *Unrecorded) missing(ctx context.Context, all []subscription) ([]subscription, error) {
	refs := make([]event.DeliveryRef, len(all))
	for i, s := range all {
		refs[i] = s.ref()
	}
	known, err := u.Ledger.Deliveries(ctx, refs)
	if err != nil && !errors.Is(err, event.ErrInvalid) {
		return nil, fmt.Errorf("deliveries: %w", err)
	}
	has := map[event.DeliveryRef]bool{}
	for _, d := range known {
		has[d.Ref()] = true
	}
	return slices.DeleteFunc(slices.Clone(all), func(s subscription) bool { return has[s.ref()] || s.stored.Expired(u.run.now()) }), nil
}

// record ensures all of them.
func (u *Unrecorded) record(ctx context.Context, all []subscription) error {
	err := parallel.Each(ctx, writers, all, func(ctx context.Context, s subscription) error {
		if err := u.run.ensure(ctx, u.Ledger, s.stored, s.action, false); err != nil {
			return fmt.Errorf("event %s for %s: %w", s.stored.ID, s.action, err)
		}
		return nil
	})
	if err == nil {
		u.Unrecorded += len(all)
	}
	return err
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
