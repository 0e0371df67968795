package operator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/webhook"
)

// ListQuarantine lists what is quarantined, of this type or of any, the oldest first. Requests that can
// be read are returned also with an error.
func (o *Operator) ListQuarantine(ctx context.Context, typ string) ([]Item, error) {
	all, unreadable, err := event.Collect(o.Quarantine.All(ctx))
	var list []Item
	for _, q := range all {
		if typ != "" && !ofType(q.Type, typ) {
			continue
		}
		list = append(list, Item{Event: q.ID, State: string(event.StatusQuarantined), Reason: q.Reason, Since: q.Received, Endpoint: q.Endpoint})
	}
	sortItems(list)
	return list, errors.Join(unreadable, err)
}

// AmbiguousError is an id that is quarantined for several endpoints.
type AmbiguousError struct{ ID, Endpoint string }

// Error names one of the endpoints.
func (a AmbiguousError) Error() string {
	return fmt.Sprintf("%s is quarantined for several endpoints: choose one, for example --endpoint %s", a.ID, a.Endpoint)
}

// FindQuarantined returns what is quarantined under an id, with its bytes. An
// empty endpoint is any; AmbiguousError if it is quarantined for several.
func (o *Operator) FindQuarantined(ctx context.Context, endpoint, id string) (event.Quarantined, error) {
	all, _, err := event.Collect(o.Quarantine.All(ctx))
	if err != nil {
		return event.Quarantined{}, err
	}
	all = slices.DeleteFunc(all, func(q event.Quarantined) bool { return q.ID != id || endpoint != "" && q.Endpoint != endpoint })
	switch {
	case len(all) == 0:
		return event.Quarantined{}, notFound(fmt.Sprintf("nothing is quarantined as %s; payhooks quarantine list shows what is", id))
	case len(all) > 1:
		return event.Quarantined{}, AmbiguousError{id, all[0].Endpoint}
	}
	q, err := o.Quarantine.Get(ctx, all[0].Endpoint, id)
	if errors.Is(err, event.ErrNotFound) {
		return q, notFound(id + " was just released or discarded")
	}
	return q, err
}

// NeedsOverride reports whether only the endpoint's mode or account keeps a
// request out, or the way that it came by the partner bus.
func NeedsOverride(reason string) bool {
	switch event.Reason(reason) {
	case webhook.WrongMode, webhook.UnexpectedAccount, ingest.ForeignSource, ingest.DetailType:
		return true
	}
	return false
}

// PlanRelease returns the event that a quarantined request would become, or an
// error that says why it cannot be one.
func (o *Operator) PlanRelease(q event.Quarantined, override bool) (event.Facts, error) {
	f, reason := webhook.Parse(q.Body)
	switch {
	case reason != "":
		return f, fmt.Errorf("%s cannot be released: it is still %s; payhooks quarantine discard %s deletes it", q.ID, reason, q.ID)
	case NeedsOverride(q.Reason) && !override:
		return f, fmt.Errorf("%s is quarantined for %s; --override releases it anyway", q.ID, q.Reason)
	}
	return f, nil
}

// Release accepts a quarantined request as an event of its endpoint, through the
// same intake as a posted one, and deletes it from the quarantine. It may be
// repeated after a failure.
func (o *Operator) Release(ctx context.Context, q event.Quarantined) (event.Result, error) {
	intake := ingest.Intake{Store: o.Store, Quarantine: o.Quarantine, Retention: q.Expires.Sub(q.Received)}
	if o.Own != nil {
		var err error
		if intake.Own, err = o.Own(ctx); err != nil {
			return 0, fmt.Errorf("read which account is the stack's own: %w", err)
		}
	}
	at := webhook.Endpoint{Name: q.Endpoint, Expect: webhook.ExpectAny, Connect: true}
	f, result, reason, err := intake.Accept(ctx, ingest.Arrival{Endpoint: at, Received: o.Now()}, q.Body)
	switch {
	case errors.Is(err, event.ErrTooLarge):
		return result, fmt.Errorf("%s is too large to be stored: %w", q.ID, err)
	case err != nil:
		return result, err
	case result == event.ResultConflict:
		return result, fmt.Errorf("another event is stored as %s: this one stays in quarantine", f.ID)
	case result != event.ResultStored && result != event.ResultDuplicate:
		return result, fmt.Errorf("%s was not accepted: %s: %s", q.ID, result, reason)
	}
	if result == event.ResultDuplicate { // stored before, and perhaps not readable then
		if err := (&replay{Operator: o}).send(ctx, f.ID); err != nil {
			return result, err
		}
	}
	return result, o.Quarantine.Discard(ctx, q.Endpoint, q.ID)
}

// DiscardQuarantined deletes a quarantined request for good. One that is not
// there is no error.
func (o *Operator) DiscardQuarantined(ctx context.Context, q event.Quarantined) error {
	return o.Quarantine.Discard(ctx, q.Endpoint, q.ID)
}

// QuarantineDetail is one quarantined request.
type QuarantineDetail struct {
	event.Quarantined
	State string     `json:"state"`
	Bytes int        `json:"bytes"`
	Keeps *time.Time `json:"expires,omitempty"`
	Now   string     `json:"now"` // why it is not usable as an event today; empty: it is
}

// DetailOf reads a quarantined request with its bytes as it would be read today.
func DetailOf(q event.Quarantined) QuarantineDetail {
	d := QuarantineDetail{Quarantined: q, State: string(event.StatusQuarantined), Bytes: len(q.Body)}
	if !q.Expires.IsZero() {
		d.Keeps = &q.Expires
	}
	_, reason := webhook.Parse(q.Body)
	d.Now = string(reason)
	return d
}
