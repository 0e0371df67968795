package operator

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/webhook"
)

// EventDetail is everything that is known of one event.
type EventDetail struct {
	EventRow
	Reason     string        `json:"reason,omitempty"` // of what is quarantined, or pending
	Facts      *event.Facts  `json:"facts,omitempty"`
	Wanted     []string      `json:"wanted"` // the subscribers
	Deliveries []DeliveryRow `json:"deliveries"`
	Unrecorded []Unrecorded  `json:"unrecorded,omitempty"` // subscribers without a delivery

	// Expires is until when the event is kept; nil is for ever.
	Expires *time.Time `json:"expires,omitempty"`
	// Renderings are the ids under which the event is kept in other API versions.
	Renderings []string `json:"renderings,omitempty"`

	Body []byte `json:"-"` // the signed bytes
}

// DeliveryRow is one delivery of an event.
type DeliveryRow struct {
	Action   string          `json:"action"`
	State    event.State     `json:"state"`
	Attempts int             `json:"attempts"`
	Outcome  string          `json:"outcome,omitempty"`
	Error    string          `json:"error,omitempty"`
	Updated  time.Time       `json:"updated"`
	Took     int64           `json:"took_ms,omitempty"`  // milliseconds of the last attempt
	Withheld bool            `json:"withheld,omitempty"` // an effect was withheld, or there was nothing to do
	Next     *time.Time      `json:"next,omitempty"`
	By       string          `json:"by,omitempty"` // discarded: by whom, and why
	History  []event.Attempt `json:"history"`      // the last ten attempts that failed
}

// Result is the outcome, the error or who discarded the delivery.
func (d DeliveryRow) Result() string {
	if d.State == event.Discarded {
		return "by " + d.By
	}
	return d.Outcome + d.Error
}

// Show finds an event in the store, else in the quarantine; ErrNotFound if it is
// in neither. What can be read is returned also with an error that is ErrInvalid.
func (o *Operator) Show(ctx context.Context, id string) (*EventDetail, error) {
	held, unreadable, err := o.quarantined(ctx)
	if err != nil {
		return nil, err
	}
	s, err := o.get(ctx, id)
	if errors.Is(err, event.ErrNotFound) || errors.Is(err, event.ErrInvalid) {
		if q, ok := held[id]; ok {
			return o.showQuarantined(ctx, q)
		}
		if errors.Is(err, event.ErrNotFound) {
			err = notFound(fmt.Sprintf("no event %s in stack %s", id, o.Stack))
		}
		return nil, errors.Join(err, unreadable)
	}
	if err != nil {
		return nil, err
	}
	if strings.Contains(id, event.RenderingID("", "")) { // no action has a delivery of it
		return detail(s, nil, nil), nil
	}
	actions, err := o.actions(ctx)
	if err != nil {
		return nil, err
	}
	named := refs(s.ID, s.Subscribers, actions)
	if thin, _ := webhook.ReadThin(s.Body); thin.ID != "" && thin.ID != s.ID { // it may have been stored and fetched under that
		named = append(named, event.DeliveryRef{Action: event.Fetch, Event: thin.ID})
	}
	ds, err := o.Ledger.Deliveries(ctx, named)
	if err != nil && !errors.Is(err, event.ErrInvalid) {
		return nil, err
	}
	d := detail(s, ds, held)
	d.Unrecorded = unrecorded(s, ds, actions, o.Now())
	var failed error
	d.Renderings, failed = o.renderings(ctx, s.Event)
	return d, errors.Join(err, failed)
}

// renderings are the ids of the event in other API versions; see Store.PutRendering.
func (o *Operator) renderings(ctx context.Context, e event.Event) (ids []string, err error) {
	for _, release := range append([]string{event.Payload}, facts.TypedReleases()...) {
		id := event.RenderingID(e.ID, release)
		switch _, err := o.Store.Get(ctx, id); {
		case err == nil:
			ids = append(ids, id)
		case !errors.Is(err, event.ErrNotFound):
			return nil, err
		}
	}
	return ids, nil
}

func detail(s event.Stored, ds []event.Delivery, held map[string]event.Quarantined) *EventDetail {
	st := statusOf(s, ds, held)
	d := &EventDetail{EventRow: rowOf(s.Facts, st), Facts: &s.Facts, Wanted: append([]string{}, s.Subscribers...), Deliveries: []DeliveryRow{}, Body: s.Body}
	if !s.Expires.IsZero() {
		d.Expires = &s.Expires
	}
	switch st {
	case event.StatusQuarantined:
		d.Reason = held[s.ID].Reason
	case event.StatusPending:
		d.Reason = unpublished(s)
	}
	for _, x := range ds {
		d.Deliveries = append(d.Deliveries, deliveryOf(x))
	}
	return d
}

func deliveryOf(d event.Delivery) DeliveryRow {
	r := DeliveryRow{
		Action: d.Action, State: d.State, Attempts: d.Attempts, Updated: d.Updated, Took: d.Took, Withheld: d.Withheld, Outcome: d.Outcome, Error: d.Error, By: d.By,
		History: append([]event.Attempt{}, d.History...),
	}
	if d.State == event.Waiting {
		r.Next = &d.Next
	}
	return r
}

func (o *Operator) showQuarantined(ctx context.Context, q event.Quarantined) (*EventDetail, error) {
	q, err := o.Quarantine.Get(ctx, q.Endpoint, q.ID)
	if err != nil {
		return nil, err
	}
	return &EventDetail{EventRow: quarantinedRow(q), Reason: q.Reason, Wanted: []string{}, Deliveries: []DeliveryRow{}, Body: q.Body}, nil
}
