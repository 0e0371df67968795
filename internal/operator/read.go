package operator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

const (
	// batch is how many records one read takes.
	batch = 100
	// readers is how many reads run at once.
	readers = 16
)

// refs names the event's deliveries to these actions, each once.
func refs(id string, actions ...[]string) []event.DeliveryRef {
	names := slices.Compact(slices.Sorted(slices.Values(slices.Concat(actions...))))
	all := make([]event.DeliveryRef, len(names))
	for i, name := range names {
		all[i] = event.DeliveryRef{Action: name, Event: id}
	}
	return all
}

// DeliveriesOf returns the deliveries of events by event, to their subscribers
// and to the actions whose rules select them now, in batches. Those that can be
// read are returned with unreadable.
func (o *Operator) DeliveriesOf(ctx context.Context, stored []event.Stored) (of map[string][]event.Delivery, unreadable, err error) {
	var all []event.DeliveryRef
	for _, s := range stored {
		now, err := o.takers(ctx, s, "")
		if err != nil {
			return nil, nil, err
		}
		all = append(all, refs(s.ID, s.Subscribers, now, fetches(s))...)
	}
	type part struct {
		ds         []event.Delivery
		unreadable error
	}
	parts, err := parallel.Map(ctx, readers, slices.Collect(slices.Chunk(all, batch)), func(ctx context.Context, refs []event.DeliveryRef) (part, error) {
		ds, err := o.Ledger.Deliveries(ctx, refs)
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

// fetches names function fetch for an event that it has to fetch or publish.
func fetches(s event.Stored) []string {
	if s.ByFetch || s.Unfetched() {
		return []string{event.Fetch}
	}
	return nil
}

// get returns an event, and for a thin event that is a rendering of another that one.
func (o *Operator) get(ctx context.Context, id string) (event.Stored, error) {
	s, err := o.load(ctx, id)
	if err == nil && s.Occurrence != "" {
		return o.load(ctx, s.Occurrence)
	}
	return s, err
}

// load is Store.Get with an error that says what was erased.
func (o *Operator) load(ctx context.Context, id string) (event.Stored, error) {
	s, err := o.Store.Get(ctx, id)
	if errors.Is(err, event.ErrErased) {
		err = erasedError(fmt.Sprintf("event %s was erased on %s: payhooks erase list has by whom", id, s.Erased.Format(time.DateOnly)))
	}
	return s, err
}

// erasedError is event.ErrErased with its own text.
type erasedError string

func (e erasedError) Error() string { return string(e) }
func (e erasedError) Unwrap() error { return event.ErrErased }

// quarantined returns what is quarantined, by id.
func (o *Operator) quarantined(ctx context.Context) (held map[string]event.Quarantined, unreadable, err error) {
	all, unreadable, err := event.Collect(o.Quarantine.All(ctx))
	if err != nil {
		return nil, nil, fmt.Errorf("list quarantine: %w", err)
	}
	held = map[string]event.Quarantined{}
	for _, q := range all {
		held[q.ID] = q
	}
	return held, unreadable, nil
}
