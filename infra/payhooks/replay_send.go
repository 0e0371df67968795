package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// send makes the event's deliveries due that have anything left to do, and
// sends each to its action.
func (r *replay) send(ctx context.Context, id string) error {
	s, err := r.Tables.Get(ctx, id)
	if errors.Is(err, event.ErrNotFound) || err == nil && s.Expired(time.Now()) {
		r.skip(reasonExpired)
		return nil
	}
	if err != nil {
		return err
	}
	due, err := r.makeDue(ctx, s)
	if err != nil {
		return err
	}
	if len(due) == 0 {
		r.skip(reasonNothing)
		return nil
	}
	if err := r.redeliver(ctx, s.Facts, due...); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Sent++
	return nil
}

// makeDue returns the actions whose delivery of the event is due now. The ledger
// has it first: what the bus should lose the sweep sends.
func (r *replay) makeDue(ctx context.Context, s event.Stored) (due []string, err error) {
	actions, err := r.Bus.Subscribers(ctx, event.Envelope{Facts: s.Facts, Only: r.action})
	if err != nil {
		return nil, err
	}
	if err := r.subscribe(ctx, s, actions); err != nil {
		return nil, err
	}
	ds, err := r.Tables.Deliveries(ctx, refs(s.ID, actions))
	if err != nil {
		return nil, err
	}
	for _, action := range actions {
		var d event.Delivery
		if i := slices.IndexFunc(ds, func(d event.Delivery) bool { return d.Action == action }); i >= 0 {
			d = ds[i]
		}
		ok, err := r.reopenDelivery(ctx, s, event.DeliveryRef{Action: action, Event: s.ID}, d)
		if err != nil {
			return nil, err
		}
		if ok {
			due = append(due, action)
		}
	}
	return due, nil
}

// subscribe records actions whose rule is newer than the event, so that lists
// and audits know of them. What is pending dispatch records.
func (r *replay) subscribe(ctx context.Context, s event.Stored, actions []string) error {
	newer := slices.ContainsFunc(actions, func(action string) bool { return !slices.Contains(s.Subscribers, action) })
	if s.Pending || !newer {
		return nil
	}
	return r.Tables.MarkPublished(ctx, s.ID, actions)
}

// reopenDelivery makes one delivery due and reports whether it is; d has no
// state where there is no record.
func (r *replay) reopenDelivery(ctx context.Context, s event.Stored, ref event.DeliveryRef, d event.Delivery) (due bool, err error) {
	now := time.Now()
	switch {
	case d.State == "":
		err := r.Tables.Ensure(ctx, ref, now, event.DeliveryExpiry(s.Expires, now))
		if err != nil || !r.stale {
			return err == nil, err
		}
	case d.State == event.Unknown:
		r.mu.Lock()
		defer r.mu.Unlock()
		r.Unknown++
		return false, nil
	case d.State == event.Discarded, d.State == event.Done && (!d.Withheld || !r.again && !r.stale):
		return false, nil
	case d.Ensured && !r.stale:
		return true, nil // no attempt began yet
	}
	err = r.newRound(ctx, ref, r.stale)
	if errors.Is(err, event.ErrNotFound) {
		return false, nil // a live attempt is running, or has just ended
	}
	return err == nil, err
}
