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
	"errors"
	"fmt"
	"log/slog"
	"time"

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
	// InTurn handles a batch's messages one after the other, for tests.
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
	return h.deliver(ctx, id, again, nil)
}

// deliver is Deliver with what was read ahead, or nil; see readAhead.
func (h *Handler) deliver(ctx context.Context, id string, again bool, ahead *event.Begun) (event.Delivery, error) {
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
	if ahead == nil {
		ahead = h.read(ctx, ref)
	}
	stored, d := ahead.Stored, ahead.Delivery
	unusable, err := h.usable(*ahead)
	if err != nil || d.Finished() {
		return d, err
	}
	d.Event, d.Action = ref.Event, ref.Action
	a := &Attempt{h: h, d: d, stored: stored, owner: h.Owner(), began: begin, lease: until.Add(leaseMargin), used: map[string]bool{}, doneBy: map[string]string{}}
	if again || owned(d) {
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

// owned reports whether another attempt may be running, or a person has decided something.
func owned(d event.Delivery) bool { return d.State != "" && !d.Ensured }

func (h *Handler) read(ctx context.Context, ref event.DeliveryRef) *event.Begun {
	return &h.Ledger.Begin(ctx, []event.DeliveryRef{ref})[0]
}

// usable returns why the event cannot be handed to the function: the attempt then ends
// with it.
func (h *Handler) usable(b event.Begun) (unusable, err error) {
	s := b.Stored
	switch {
	case errors.Is(b.Err, event.ErrErased):
		return event.Skip("erased"), nil
	case b.Err != nil && b.Read():
		return event.Permanent(fmt.Errorf("load event: %w", b.Err)), nil
	case b.Err != nil:
		return nil, fmt.Errorf("read event and delivery: %w", b.Err)
	case s.Expired(h.Now()):
		return event.Permanent(errors.New("the event has expired")), nil
	case s.Occurrence != "" && h.Action != event.Fetch:
		return event.Skip(event.Reason("a rendering of " + s.Occurrence)), nil
	case s.Unfetched() && h.Action != event.Fetch:
		return errors.New("the object of the thin event is not fetched yet"), nil
	}
	return nil, nil
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
