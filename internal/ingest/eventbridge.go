package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/batch"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/webhook"
)

// EventBridgeEndpoint is the row of ENDPOINTS with the mode and account rules of
// Stripe's EventBridge destination.
const EventBridgeEndpoint = "eventbridge"

// Why a message of the partner bus is quarantined, besides the reasons of a posted
// body. The words are stable: they are stored, logged and counted.
const (
	NotAnEnvelope event.Reason = "not_an_envelope" // not JSON, or without a detail
	ForeignSource event.Reason = "foreign_source"  // not of the partner source of this stack
	DetailType    event.Reason = "detail_type"     // detail-type is not the type in the detail
	TooLarge      event.Reason = "too_large"       // no item holds it: its bytes are not kept
)

// EventBridge stores the events of Stripe's EventBridge destination. They are not
// signed: only the partner writes to the bus, whose name is Source. Safe for
// concurrent use.
type EventBridge struct {
	Endpoint webhook.Endpoint
	Unusable error  // why there is no Endpoint: every message stays in the queue, with this error
	Source   string // aws.partner/stripe.com/…
	Intake   *Intake
	Now      func() time.Time
	Log      *slog.Logger
}

// EventBridgeRow returns the row of the destination whose partner source is given.
func EventBridgeRow(all webhook.Endpoints, source string) (webhook.Endpoint, error) {
	row, ok := all[EventBridgeEndpoint]
	switch {
	case source == "":
		return row, errors.New("environment variable EVENT_SOURCE is empty: set the parameter StripeEventSource to the name of the partner event source")
	case !ok:
		return row, fmt.Errorf("ENDPOINTS has no row %s: add its mode to the parameter Endpoints, for example %[1]s=live", EventBridgeEndpoint)
	}
	return row, nil
}

// Handle handles a batch of queue messages, each the envelope of one event, and
// names those that must become visible again because they could not be stored. Its
// error is always nil.
func (h *EventBridge) Handle(ctx context.Context, in events.SQSEvent) (events.SQSEventResponse, error) {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-margin))
		defer cancel()
	}
	return batch.Messages(in, false, func(i int) bool { return h.message(ctx, []byte(in.Records[i].Body)) }), nil
}

// message handles one message, writes its log line, and reports whether the queue
// must keep it.
func (h *EventBridge) message(ctx context.Context, text []byte) (again bool) {
	begin := h.Now()
	a := h.answer(ctx, text, begin)
	a.facts.Endpoint = h.Endpoint.Name
	a.log(ctx, h.Log, h.Now().Sub(begin))
	return a.code >= http.StatusInternalServerError
}

// answer is what a sender of the event would be answered. A panic is only its own.
func (h *EventBridge) answer(ctx context.Context, text []byte, now time.Time) (a answer) {
	defer func() {
		if p := recover(); p != nil {
			a = answer{}.panicked(&panicked{value: p, stack: string(debug.Stack())})
		}
	}()
	from := Arrival{Endpoint: h.Endpoint, Context: h.Endpoint.Connect, Received: now}
	if h.Unusable != nil {
		return a.failed(h.Unusable)
	}
	body, reason := h.open(text)
	f, result, why, err := h.accept(ctx, from, body, reason)
	a.facts = f
	var p *panicked
	switch {
	case errors.As(err, &p):
		return a.panicked(p)
	case errors.Is(err, event.ErrTooLarge):
		return h.tooLarge(ctx, from, a.failed(err), body)
	case err != nil:
		return a.failed(err)
	}
	return a.accepted(result, why)
}

// accept stores what was opened without a reason, and quarantines the rest.
func (h *EventBridge) accept(ctx context.Context, from Arrival, body []byte, reason event.Reason) (event.Facts, event.Result, event.Reason, error) {
	if reason == "" {
		return h.Intake.Accept(ctx, from, body)
	}
	f, _, err := h.Intake.parse(body)
	if err != nil {
		return f, 0, "", err
	}
	f.Endpoint, f.Received = from.Endpoint.Name, from.Received
	result, err := h.Intake.store(ctx, event.Event{Facts: f, Body: webhook.WithoutClient(body)}, reason)
	return f, result, reason, err
}

// open cuts the event out of its envelope, byte for byte. With a reason it must be
// quarantined: the event, or the whole message where there is none.
func (h *EventBridge) open(text []byte) (body []byte, reason event.Reason) {
	envelope, ok := members(text)
	detail := envelope["detail"]
	if !ok || len(detail) == 0 || string(detail) == "null" {
		return text, NotAnEnvelope
	}
	if source := envelope.text("source"); source == "" || source != h.Source {
		return detail, ForeignSource
	}
	// Not the type of the facts: a thin event is stored under another name.
	if inside, ok := members(detail); ok && inside.text("type") != envelope.text("detail-type") {
		return detail, DetailType
	}
	return detail, "" // a detail that is no object is the intake's to judge
}

// object has the members of a JSON object as they are written. Names are compared
// exactly: fields of a struct would match in any case.
type object map[string]json.RawMessage

func members(text []byte) (o object, ok bool) {
	err := json.Unmarshal(text, &o)
	return o, err == nil && o != nil
}

func (o object) text(name string) (s string) {
	_ = json.Unmarshal(o[name], &s) // else it is empty
	return s
}

// tooLarge quarantines what is known of an event that no item holds. Its message
// would come back until the queue gives it up, and then be deleted after 14 days:
// the quarantine keeps the event's id for longer, and Stripe has the event for 30 days.
func (h *EventBridge) tooLarge(ctx context.Context, from Arrival, a answer, body []byte) answer {
	f := a.facts
	f.Endpoint, f.Received = from.Endpoint.Name, from.Received
	q := quarantined(event.Event{Facts: f, Body: body}, TooLarge, from.Received.Add(h.Intake.Retention))
	note, err := json.Marshal(map[string]any{"id": q.ID, "type": q.Type, "account": f.Account, "livemode": f.Livemode, "bytes": len(body)})
	if err == nil {
		q.Body = note
		err = h.Intake.Quarantine.Put(ctx, q)
	}
	if err != nil {
		return a.failed(fmt.Errorf("too large to be stored, and not quarantined: %v", err)) //nolint:errorlint // it may be too large again, which must not end the message
	}
	return a
}
