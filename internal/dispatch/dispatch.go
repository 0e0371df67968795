// Package dispatch takes new events from the table's stream to the bus and
// notes who is owed each of them.
package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/payhooks/payhooks/internal/event"
)

// Image is a record's new image as Lambda hands it over.
type Image = map[string]events.DynamoDBAttributeValue

// Dispatcher publishes what is pending. Safe for concurrent use.
type Dispatcher struct {
	Store      event.Store
	Quarantine event.Quarantine
	Bus        event.Bus
	// Decode reads the facts of a pending event and the one action that a
	// replay is for from an image. It fails on wrong attribute types.
	Decode    func(Image) (f event.Facts, only string, err error)
	Now       func() time.Time
	Log       *slog.Logger
	Retention time.Duration // how long a quarantined event is kept
}

// item is one record on its way; err is why it must come again.
type item struct {
	seq    string
	env    event.Envelope
	wanted []string
	err    error
}

// Handle publishes a batch of stream records and names those that failed by
// sequence number. A record that fails holds none of the others up.
func (d *Dispatcher) Handle(ctx context.Context, in events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	var items []*item
	for _, r := range in.Records {
		if it := d.read(ctx, r); it != nil {
			items = append(items, it)
		}
	}
	d.Publish(ctx, items)
	var out events.DynamoDBEventResponse
	for _, it := range items {
		if it.err == nil {
			continue
		}
		d.Log.ErrorContext(ctx, "fanout failed", "event", it.env.ID, "sequence", it.seq, "error", it.err.Error())
		if it.seq == "" {
			// Without a position Lambda can only run the whole batch again.
			return events.DynamoDBEventResponse{}, fmt.Errorf("stream record without a sequence number: %w", it.err)
		}
		out.BatchItemFailures = append(out.BatchItemFailures, events.DynamoDBBatchItemFailure{ItemIdentifier: it.seq})
	}
	return out, nil
}

// read returns nil for a record that calls for nothing.
func (d *Dispatcher) read(ctx context.Context, r events.DynamoDBEventRecord) *item {
	image := r.Change.NewImage
	if _, pending := image["pending"]; !pending {
		return nil // a removal, or an update of our own
	}
	it := &item{seq: r.Change.SequenceNumber}
	f, only, err := d.Decode(image)
	if err != nil {
		return d.poison(ctx, it, image, err)
	}
	it.env = event.Envelope{Facts: f, Only: only}
	return it
}

// poison deals with an image that cannot be read. If the stored event can, it
// is published all the same; if that cannot either, it is quarantined, so that
// the shard moves on and an operator finds it.
func (d *Dispatcher) poison(ctx context.Context, it *item, image Image, cause error) *item {
	key := image["id"]
	if key.DataType() != events.DataTypeString || key.String() == "" {
		it.err = fmt.Errorf("image without an id: %w", cause)
		return it
	}
	it.env.ID = key.String()
	stored, err := d.Store.Get(ctx, it.env.ID)
	switch {
	case err == nil && !stored.Pending, errors.Is(err, event.ErrNotFound):
		return nil
	case err == nil:
		it.env = event.Envelope{Facts: stored.Facts, Only: stored.Only}
		return it
	case !errors.Is(err, event.ErrInvalid):
		it.err = fmt.Errorf("load: %w", err)
		return it
	}
	it.err = d.quarantine(ctx, stored, it.env.ID, err)
	if it.err == nil {
		return nil
	}
	return it
}

func (d *Dispatcher) quarantine(ctx context.Context, s event.Stored, id string, cause error) error {
	now := d.Now()
	q := event.Quarantined{
		Endpoint: s.Endpoint, ID: id, Type: s.Type, Body: s.Body, Received: now,
		Reason: "unreadable in the store: " + cause.Error(), Expires: now.Add(d.Retention),
	}
	if q.Endpoint == "" {
		q.Endpoint = "default"
	}
	if err := d.Quarantine.Hold(ctx, q); err != nil {
		return fmt.Errorf("quarantine: %w", err)
	}
	if err := d.Store.MarkPublished(ctx, id, nil); err != nil && !errors.Is(err, event.ErrNotFound) {
		return fmt.Errorf("clear pending: %w", err)
	}
	d.Log.ErrorContext(ctx, "quarantined", "event", id, "reason", q.Reason)
	return nil
}

// Publish puts the items on the bus and records who is owed each of them. It
// goes on past failures and leaves them in the items.
func (d *Dispatcher) Publish(ctx context.Context, items []*item) {
	var ready []*item
	var envs []event.Envelope
	for _, it := range items {
		if it.err == nil {
			it.wanted, it.err = d.Bus.Subscribers(ctx, it.env)
		}
		if it.err == nil {
			ready, envs = append(ready, it), append(envs, it.env)
		}
	}
	if len(envs) == 0 {
		return
	}
	for i, err := range d.Bus.Publish(ctx, envs) {
		it := ready[i]
		if err != nil {
			it.err = fmt.Errorf("publish: %w", err)
			continue
		}
		it.err = d.published(ctx, it)
	}
}

func (d *Dispatcher) published(ctx context.Context, it *item) error {
	err := d.Store.MarkPublished(ctx, it.env.ID, it.wanted)
	if errors.Is(err, event.ErrNotFound) {
		return nil // expired in between
	}
	if err != nil {
		return fmt.Errorf("note who is owed: %w", err)
	}
	d.Log.InfoContext(ctx, "fanout", "event", it.env.ID, "type", it.env.Type, "wanted", strings.Join(it.wanted, ","))
	return nil
}
