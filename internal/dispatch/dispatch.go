// Package dispatch publishes new events from the table's stream on the bus and
// records the subscribers of each.
package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
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
	// Decode reads a pending event, without its body, from an image. It fails on wrong
	// attribute types.
	Decode    func(Image) (event.Stored, error)
	Now       func() time.Time
	Log       *slog.Logger
	Retention time.Duration // how long a quarantined event is kept
}

// item is one record on its way; err is why Lambda must retry it.
type item struct {
	seq         string
	at          time.Time // when the record was made; zero if it does not say
	env         event.Envelope
	subscribers []string
	unlisted    error // why the subscribers are not known
	fetch       bool  // function fetch must fetch the object first
	err         error
}

// Handle publishes a batch of stream records and names those that failed by
// sequence number. A record that fails does not stop the others.
func (d *Dispatcher) Handle(ctx context.Context, in events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	var items []*item
	for _, r := range in.Records {
		if it := d.read(ctx, r); it != nil {
			items = append(items, it)
		}
	}
	items = d.current(ctx, items)
	d.Publish(ctx, items)
	out := events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{}}
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

// staleAfter is how old a record may be before the table is asked whether it is
// still pending: a re-created mapping replays a day of them, and an action that is
// new by then must not get what was published before it existed.
const staleAfter = time.Minute

// current drops old records whose event is on the bus already.
func (d *Dispatcher) current(ctx context.Context, items []*item) []*item {
	old := func(it *item) bool { return it.err == nil && !it.at.IsZero() && d.Now().Sub(it.at) > staleAfter }
	var ids []string
	for _, it := range items {
		if old(it) {
			ids = append(ids, it.env.ID)
		}
	}
	if len(ids) == 0 {
		return items
	}
	found, err := d.Store.Events(ctx, ids)
	return slices.DeleteFunc(items, func(it *item) bool {
		if !old(it) {
			return false
		}
		if err != nil && !errors.Is(err, event.ErrInvalid) {
			it.err = fmt.Errorf("look for old records: %w", err)
			return false
		}
		s, read := found[it.env.ID]
		return read && (!s.Pending || s.OnBus) || !read && err == nil
	})
}

// read returns nil for a record without anything to publish.
func (d *Dispatcher) read(ctx context.Context, r events.DynamoDBEventRecord) *item {
	image := r.Change.NewImage
	if _, pending := image["pending"]; !pending {
		return nil // a removal, or an update of our own
	}
	it := &item{seq: r.Change.SequenceNumber, at: r.Change.ApproximateCreationDateTime.Time}
	stored, err := d.Decode(image)
	if err != nil {
		return d.unreadable(ctx, it, image, err)
	}
	return it.of(stored)
}

// of fills the item; nil if function fetch publishes the event, which it has fetched.
func (it *item) of(s event.Stored) *item {
	it.env.Facts, it.fetch = s.Facts, s.ToFetch
	if s.ByFetch && !s.ToFetch {
		return nil
	}
	return it
}

// unreadable handles an image that cannot be decoded. If the stored event can
// be read, it is published all the same; otherwise it is quarantined, so that the
// shard moves on and an operator finds it.
func (d *Dispatcher) unreadable(ctx context.Context, it *item, image Image, cause error) *item {
	key := image["id"]
	if key.DataType() != events.DataTypeString || key.String() == "" {
		it.err = fmt.Errorf("image without an id: %w", cause)
		return it
	}
	it.env.ID = key.String()
	stored, err := d.Store.Get(ctx, it.env.ID)
	switch {
	case err == nil && !stored.Pending, errors.Is(err, event.ErrNotFound), errors.Is(err, event.ErrErased):
		return nil
	case err == nil:
		return it.of(stored)
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
	if err := d.Quarantine.Put(ctx, q); err != nil {
		return fmt.Errorf("quarantine: %w", err)
	}
	if err := d.Store.MarkPublished(ctx, id, nil); err != nil && !errors.Is(err, event.ErrNotFound) {
		return fmt.Errorf("clear pending: %w", err)
	}
	d.Log.ErrorContext(ctx, "quarantined", "event", id, "reason", q.Reason)
	return nil
}
