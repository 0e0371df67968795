// Package delivery is the engine under every action: it runs an action's
// function for one event so that changes of state happen exactly once and
// external effects are never repeated on a guess.
//
// The common case costs one read of the event and its record, and one
// transaction. An attempt claims the delivery only where another one may be
// running or a person has decided something; see Deliver.
package delivery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/batch"
	"github.com/payhooks/payhooks/internal/event"
)

// Queue changes when a received message becomes visible again.
type Queue interface {
	// Delay hides the message for d. Best effort: if it fails the message
	// becomes visible at the queue's own visibility timeout.
	Delay(ctx context.Context, queueARN, receipt string, d time.Duration) error
}

// Handler delivers events to one action. Its fields are set before the first
// call; all methods are safe for concurrent use.
type Handler struct {
	Action string
	Run    func(context.Context, *Attempt) error // the action's function
	Store  event.Store
	Ledger event.Ledger
	Queue  Queue
	Rights Rights           // for Probe only
	Now    func() time.Time // the only clock
	Rand   func() float64   // jitter, in [0, 1)
	Owner  func() string    // a new fencing token
	Pause  func(context.Context, time.Duration) error
	Log    *slog.Logger
	// OnDemand answers a FetchRequest; nil but in function fetch.
	OnDemand func(ctx context.Context, id string) (FetchReply, error)
	// Recorder may be nil: then a cut off attempt leaves no reason.
	Recorder Recorder
	// InTurn handles a batch's messages one after the other.
	InTurn bool
}

const (
	// leaseMargin is how long after the end of the function's time its lease
	// still stands: by then Lambda has killed it.
	leaseMargin = 5 * time.Second
	// minTime is the least time in which an attempt can begin, act and commit.
	minTime = 2 * saveTime
	// saveTime is kept back from the function to record how it ended.
	saveTime = time.Second
	// defaultTime is assumed where the caller has no deadline.
	defaultTime = 30 * time.Second
)

// Handle handles a batch of queue messages and names those that must become
// visible again.
func (h *Handler) Handle(ctx context.Context, in events.SQSEvent) (events.SQSEventResponse, error) {
	return batch.Messages(in, h.InTurn, func(m events.SQSMessage) bool { return h.message(ctx, m) }), nil
}

// message handles one message and reports whether the queue must keep it.
func (h *Handler) message(ctx context.Context, m events.SQSMessage) (keep bool) {
	var msg struct {
		Detail struct {
			ID   string `json:"id"`
			Only string `json:"only"`
		} `json:"detail"`
	}
	if err := json.Unmarshal([]byte(m.Body), &msg); err != nil || msg.Detail.ID == "" {
		h.Log.ErrorContext(ctx, "unreadable message", "action", h.Action, "id", m.MessageId)
		return true
	}
	id := msg.Detail.ID
	// Every message to function fetch names it, the first one, too. What it does twice
	// is done once.
	named := msg.Detail.Only != "" && h.Action != event.Fetch
	d, err := h.Deliver(ctx, id, named || !firstReceive(m))
	if err != nil {
		h.Log.ErrorContext(ctx, "attempt failed", "event", id, "action", h.Action, "error", redact(err.Error()))
		return true
	}
	left := latest(d.Next, d.Lease).Sub(h.Now())
	if d.Finished() || left > carried {
		return false
	}
	if err := h.Queue.Delay(ctx, m.EventSourceARN, m.ReceiptHandle, max(left, 0)); err != nil {
		h.Log.WarnContext(ctx, "delay message", "event", id, "action", h.Action, "error", redact(err.Error()))
	}
	return true
}

// firstReceive reports whether the queue never handed the message out before. A
// message that does not say so counts as handed out.
func firstReceive(m events.SQSMessage) bool {
	n, err := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
	return err == nil && n == 1
}

// Deliver runs one attempt for the event, unless it is finished, not due, or
// running elsewhere, and returns the delivery as it is then. again says that an
// attempt may have begun before: the message was received before, or it is a
// redelivery, redrive or replay.
//
// Such an attempt, and any that finds a record with an owner, first claims the
// delivery. All others run without a claim, and their commit loses against every
// write of the record that came in between. An error means that the ledger could
// not be read or written; the message must become visible again.
func (h *Handler) Deliver(ctx context.Context, id string, again bool) (event.Delivery, error) {
	begin := h.Now()
	until, ok := ctx.Deadline()
	if !ok {
		until = begin.Add(defaultTime)
	}
	if until.Sub(begin) < minTime {
		return event.Delivery{}, errors.New("no time left to begin an attempt")
	}
	if again {
		if err := h.Recover(ctx); err != nil {
			h.Log.WarnContext(ctx, "interrupted attempts", "action", h.Action, "error", redact(err.Error()))
		}
	}
	ref := event.DeliveryRef{Action: h.Action, Event: id}
	stored, d, unusable, err := h.begin(ctx, ref)
	if err != nil || d.Finished() {
		return d, err
	}
	d.Event, d.Action = ref.Event, ref.Action
	a := &Attempt{h: h, d: d, stored: stored, owner: h.Owner(), began: begin, lease: until.Add(leaseMargin), used: map[string]bool{}, doneBy: map[string]string{}}
	if again || d.State != "" && !d.Ensured {
		err = a.claim(ctx, begin)
	} else {
		a.unclaimed(begin)
	}
	if errors.Is(err, event.ErrFinished) || errors.Is(err, event.ErrNotDue) {
		return a.d, nil
	}
	if err != nil {
		return a.d, fmt.Errorf("claim: %w", err)
	}
	h.began(a, begin, until)
	d, err = h.finish(ctx, a, unusable, begin)
	h.ended(a)
	return d, err
}

// begin reads the event and its record. unusable is why the event cannot be
// handed to the function; the attempt then ends with it.
func (h *Handler) begin(ctx context.Context, ref event.DeliveryRef) (s event.Stored, d event.Delivery, unusable, err error) {
	s, d, err = h.Ledger.Begin(ctx, ref)
	switch {
	case errors.Is(err, event.ErrErased):
		return s, d, event.Skip("erased"), nil
	case errors.Is(err, event.ErrNotFound), errors.Is(err, event.ErrInvalid):
		return s, d, event.Permanent(fmt.Errorf("load event: %w", err)), nil
	case err != nil:
		return s, d, nil, fmt.Errorf("read event and delivery: %w", err)
	case s.Expired(h.Now()):
		unusable = event.Permanent(errors.New("the event has expired"))
	case s.Occurrence != "" && h.Action != event.Fetch:
		unusable = event.Skip(event.Reason("a rendering of " + s.Occurrence))
	case s.Unfetched() && h.Action != event.Fetch:
		unusable = errors.New("the object of the thin event is not fetched yet")
	}
	return s, d, unusable, nil
}

// finish runs the attempt.
func (h *Handler) finish(ctx context.Context, a *Attempt, unusable error, begin time.Time) (event.Delivery, error) {
	return h.committed(ctx, a, a.do(ctx, unusable), begin)
}

// committed reads what the commit of an attempt returned, and logs how it ended.
func (h *Handler) committed(ctx context.Context, a *Attempt, err error, begin time.Time) (event.Delivery, error) {
	if errors.Is(err, event.ErrFenced) {
		// Another attempt or a person wrote the record meanwhile: this result is
		// dropped, and the record decides about the message.
		h.Log.InfoContext(ctx, "fenced", "event", a.d.Event, "action", h.Action, "attempt", a.d.Attempts)
		d, err := h.Ledger.Delivery(ctx, a.d.Ref())
		if err != nil {
			return d, fmt.Errorf("read delivery: %w", err)
		}
		return d, nil
	}
	if err != nil {
		return a.d, fmt.Errorf("commit delivery: %w", err)
	}
	h.log(ctx, a, begin)
	return a.d, nil
}

// pause waits a little before transitions run again, longer every time.
func (h *Handler) pause(ctx context.Context, try int) error {
	return h.Pause(ctx, time.Duration(h.Rand()*float64(int(10)<<min(try, 6)))*time.Millisecond)
}

func (h *Handler) log(ctx context.Context, a *Attempt, begin time.Time) {
	level, note := slog.LevelInfo, slog.String("outcome", a.d.Outcome)
	switch a.d.State {
	case event.Parked, event.Unknown:
		level, note = slog.LevelError, slog.String("error", a.d.Error)
	case event.Waiting:
		level, note = slog.LevelWarn, slog.String("error", a.d.Error)
	}
	now := h.Now()
	attrs := []slog.Attr{
		slog.String("event", a.d.Event), slog.String("type", a.stored.Type),
		slog.String("action", h.Action), slog.String("state", string(a.d.State)), slog.Int("attempt", a.d.Attempts),
		note, slog.Int64("ms", now.Sub(begin).Milliseconds()),
	}
	if age := now.Sub(a.stored.Created); a.d.State == event.Done && age < event.RetryLimit { // an older one was replayed
		attrs = append(attrs, slog.Int64("latency", max(0, age.Milliseconds())))
	}
	h.Log.LogAttrs(ctx, level, "delivery", attrs...)
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
