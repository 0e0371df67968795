package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

const (
	// ever is longer ago than anything happened.
	ever = 20 * 365 * 24 * time.Hour
	// batch is how many records one read takes.
	batch = 100
	// readers is how many reads run at once.
	readers = 16
)

// collect reads a sequence to its end. unreadable names the records that cannot
// be read, beside all that can; err ended the sequence.
func collect[T any](seq iter.Seq2[T, error]) (all []T, unreadable, err error) {
	for v, e := range seq {
		switch {
		case e == nil:
			all = append(all, v)
		case errors.Is(e, event.ErrInvalid):
			unreadable = errors.Join(unreadable, e)
		default:
			return all, unreadable, e
		}
	}
	return all, unreadable, nil
}

// refs names the event's deliveries to these actions, each once.
func refs(id string, actions ...[]string) []event.DeliveryRef {
	names := slices.Compact(slices.Sorted(slices.Values(slices.Concat(actions...))))
	all := make([]event.DeliveryRef, len(names))
	for i, name := range names {
		all[i] = event.DeliveryRef{Action: name, Event: id}
	}
	return all
}

// deliveriesOf returns the deliveries of one event to its subscribers and to
// every action that has a rule now.
func (c *connection) deliveriesOf(ctx context.Context, s event.Stored) ([]event.Delivery, error) {
	actions, err := c.actions(ctx)
	if err != nil {
		return nil, err
	}
	return c.Tables.Deliveries(ctx, refs(s.ID, s.Subscribers, actions))
}

// deliveries returns the deliveries of many events by event, to their
// subscribers and to the actions whose rules select them now. Those that can be
// read are returned beside unreadable.
func (c *connection) deliveries(ctx context.Context, stored []event.Stored) (of map[string][]event.Delivery, unreadable, err error) {
	var all []event.DeliveryRef
	for _, s := range stored {
		now, err := c.Bus.Subscribers(ctx, event.Envelope{Facts: s.Facts})
		if err != nil {
			return nil, nil, fmt.Errorf("subscribers of %s: %w", s.ID, err)
		}
		all = append(all, refs(s.ID, s.Subscribers, now)...)
	}
	type part struct {
		ds         []event.Delivery
		unreadable error
	}
	parts, err := parallel.Map(ctx, readers, slices.Collect(slices.Chunk(all, batch)), func(ctx context.Context, refs []event.DeliveryRef) (part, error) {
		ds, err := c.Tables.Deliveries(ctx, refs)
		if errors.Is(err, event.ErrInvalid) {
			return part{ds, err}, nil
		}
		return part{ds, nil}, err
	})
	of = map[string][]event.Delivery{}
	for _, p := range parts {
		unreadable = errors.Join(unreadable, p.unreadable)
		for _, d := range p.ds {
			of[d.Event] = append(of[d.Event], d)
		}
	}
	return of, unreadable, err
}
