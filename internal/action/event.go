package action

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// Event is what a function works on: the facts, and data.object decoded as T.
type Event[T any] struct {
	event.Facts
	Object   T
	Previous json.RawMessage // data.previous_attributes, nil without

	run *delivery.Attempt
}

// Decoder is implemented by a *T that reads events of any API version.
type Decoder interface {
	DecodeEvent(f event.Facts, body []byte) error
}

// Related returns the facts of all events with the same subject, oldest first,
// as far as they are stored: it may miss events of the last second.
func (e *Event[T]) Related(ctx context.Context) ([]event.Facts, error) { return e.run.Related(ctx) }

// RelatedTo is Related for another subject of the event's scope, such as the
// invoice of a payment.
func (e *Event[T]) RelatedTo(ctx context.Context, subject string) ([]event.Facts, error) {
	return e.run.RelatedTo(ctx, subject)
}

// Load returns another stored event with its signed bytes, or event.ErrNotFound.
func (e *Event[T]) Load(ctx context.Context, id string) (event.Event, error) {
	return e.run.Load(ctx, id)
}

// LoadAll returns those of the events that are stored and can be read, in the order of
// ids: Load of each, in one request for many.
func (e *Event[T]) LoadAll(ctx context.Context, ids []string) ([]event.Event, error) {
	return e.run.LoadAll(ctx, ids)
}

// Outcome keeps a note with the delivery when it is done: what was done. The
// last one counts. It must not contain personal data.
func (e *Event[T]) Outcome(text string) { e.run.Outcome(text) }

// AllowStale reports whether an operator asked for effects that come too late
// otherwise, such as a mail about last week's payment.
func (e *Event[T]) AllowStale() bool { return e.run.AllowStale() }

// fill decodes the stored event, or if T cannot read its API version, the event as
// Stripe delivered it in one that T reads.
func fill[T any](ctx context.Context, e *Event[T], body []byte, anyVersion bool) error {
	err := decode(e, body, anyVersion)
	var unread *versionError
	if !errors.As(err, &unread) {
		return err
	}
	other, none := e.Load(ctx, event.RenderingID(e.ID, unread.reads.Release()))
	switch {
	case none == nil:
		e.APIVersion = other.APIVersion
		return decode(e, other.Body, anyVersion)
	case !errors.Is(none, event.ErrNotFound):
		return none
	}
	return e.await(unread, err)
}

// await is why there is no rendering that T reads. An event that was listed before
// Stripe delivered it may still come in the endpoint's version, and the object of a thin
// event that its snapshot completed is being fetched in others.
func (e *Event[T]) await(unread *versionError, err error) error {
	now := e.run.Now()
	if since := now.Sub(e.Received); e.Thin() && since < fetchTakes {
		return RetryIn(fmt.Errorf("the event came in API version %q, and this action reads %q: waiting for function fetch", unread.rendered, unread.reads),
			min(max(since, time.Second), time.Minute))
	}
	age := now.Sub(e.Created)
	if e.Endpoint != event.EndpointListed || age > stripeTries {
		return err
	}
	return RetryIn(fmt.Errorf("the event was listed at Stripe in API version %q, and this action reads %q: waiting for Stripe to deliver it", unread.rendered, unread.reads),
		min(max(age/4, time.Minute), time.Hour))
}

// fetchTakes is how long an object in another version may take to be fetched.
const fetchTakes = 15 * time.Minute

// stripeTries is how long Stripe delivers an event that no endpoint took.
const stripeTries = 3 * 24 * time.Hour

// decode fills e from the signed bytes. Its errors are permanent: the bytes
// will not change.
func decode[T any](e *Event[T], body []byte, anyVersion bool) error {
	data, err := facts.DataOf(body)
	if err != nil {
		return Permanent(fmt.Errorf("decode event: %w", err))
	}
	e.Previous = data.Previous
	if d, ok := any(&e.Object).(Decoder); ok {
		if err := d.DecodeEvent(e.Facts, body); err != nil {
			return Permanent(fmt.Errorf("decode %s: %w", e.Type, err))
		}
		return nil
	}
	if !anyVersion {
		if err := readable(reflect.TypeFor[T](), e.Facts); err != nil {
			return Permanent(err)
		}
	}
	if err := json.Unmarshal(data.Object, &e.Object); err != nil {
		return Permanent(fmt.Errorf("decode %s: %w", e.ObjectType, err))
	}
	return nil
}
