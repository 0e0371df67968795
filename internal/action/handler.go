package action

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/payhooks/payhooks/internal/event"
)

// Queue changes when a received message becomes visible again.
type Queue interface {
	// Delay hides the message for d, 15 minutes at the most. Best effort: if
	// it fails the message comes back at the queue's own visibility timeout.
	Delay(ctx context.Context, queueARN, receipt string, d time.Duration) error
}

// Handler delivers events to one action. Its fields are set before the first
// call; Handle is safe for concurrent use.
type Handler struct {
	Action    string
	Store     event.Store
	Ledger    event.Ledger
	Queue     Queue
	Retention time.Duration    // how long delivery records are kept
	Now       func() time.Time // the only clock
	Rand      func() float64   // jitter, in [0, 1)
	Owner     func() string    // a new fencing token
	Pause     func(context.Context, time.Duration) error
	Log       *slog.Logger
	// InTurn works a batch's messages one after the other.
	InTurn bool

	run func(context.Context, *attempt) error
}

const (
	// leaseMargin is how long after the end of the function's time its lease
	// still stands: by then Lambda has killed it.
	leaseMargin = 5 * time.Second
	// minTime is the least time in which an attempt can claim, act and commit.
	minTime = 2 * saveTime
	// saveTime is kept back from the function to record how it ended.
	saveTime = time.Second
	// defaultTime is assumed where the caller has no deadline.
	defaultTime = 30 * time.Second
)

// New returns a Handler that runs fn; the caller fills the ports.
func New[T any](fn func(context.Context, *Event[T]) error, opts ...Option) *Handler {
	anyVersion := len(opts) > 0 && opts[0] == AnyVersion
	return &Handler{run: func(ctx context.Context, a *attempt) error {
		e := &Event[T]{Facts: a.stored.Facts, run: a}
		if err := decode(e, a.stored.Body, anyVersion); err != nil {
			return err
		}
		return fn(ctx, e)
	}}
}

// Handle works a batch of queue messages and names those that must come again.
func (h *Handler) Handle(ctx context.Context, in events.SQSEvent) (events.SQSEventResponse, error) {
	keep := make([]bool, len(in.Records))
	var wg sync.WaitGroup
	for i, m := range in.Records {
		if h.InTurn {
			keep[i] = h.message(ctx, m)
			continue
		}
		wg.Go(func() { keep[i] = h.message(ctx, m) })
	}
	wg.Wait()
	var out events.SQSEventResponse
	for i, k := range keep {
		if k {
			out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: in.Records[i].MessageId})
		}
	}
	return out, nil
}

// message works one message and reports whether the queue must keep it.
func (h *Handler) message(ctx context.Context, m events.SQSMessage) (keep bool) {
	var msg struct {
		Detail struct {
			ID string `json:"id"`
		} `json:"detail"`
	}
	if err := json.Unmarshal([]byte(m.Body), &msg); err != nil || msg.Detail.ID == "" {
		h.Log.ErrorContext(ctx, "unreadable message", "action", h.Action, "message", m.MessageId)
		return true
	}
	d, err := h.Deliver(ctx, msg.Detail.ID)
	if err != nil {
		h.Log.ErrorContext(ctx, "attempt failed", "event", msg.Detail.ID, "action", h.Action, "error", redact(err.Error()))
		return true
	}
	left := d.Next.Sub(h.Now())
	if d.State != event.Waiting || left > carried {
		return false
	}
	if err := h.Queue.Delay(ctx, m.EventSourceARN, m.ReceiptHandle, max(left, 0)); err != nil {
		h.Log.WarnContext(ctx, "delay message", "event", d.Event, "action", h.Action, "error", redact(err.Error()))
	}
	return true
}

// Deliver runs one attempt of the event, unless it is finished or not due, and
// returns the delivery as it stands then. An error means that the ledger could
// not tell or be told; the message must come again.
func (h *Handler) Deliver(ctx context.Context, id string) (event.Delivery, error) {
	begin := h.Now()
	until, ok := ctx.Deadline()
	if !ok {
		until = begin.Add(defaultTime)
	}
	if until.Sub(begin) < minTime {
		return event.Delivery{}, errors.New("no time left to begin an attempt")
	}
	d, err := h.Ledger.Claim(ctx, event.Claim{
		Event: id, Action: h.Action, Owner: h.Owner(), Now: begin,
		Lease: until.Add(leaseMargin), Expires: begin.Add(h.Retention),
	})
	if errors.Is(err, event.ErrFinished) || errors.Is(err, event.ErrNotDue) {
		return d, nil
	}
	if err != nil {
		return d, fmt.Errorf("claim: %w", err)
	}
	return h.attempt(ctx, d, begin)
}

// attempt runs the function for a delivery that this process has claimed.
func (h *Handler) attempt(ctx context.Context, d event.Delivery, begin time.Time) (event.Delivery, error) {
	a := &attempt{h: h, d: d, used: map[string]bool{}}
	var err error
	a.stored, err = h.Store.Get(ctx, d.Event)
	switch {
	case errors.Is(err, event.ErrNotFound), errors.Is(err, event.ErrInvalid):
		a.judge(Permanent(fmt.Errorf("load event: %w", err)))
		err = h.Ledger.Commit(ctx, a.d)
	case err != nil:
		a.judge(fmt.Errorf("load event: %w", err))
		err = h.Ledger.Commit(ctx, a.d)
	default:
		err = a.do(ctx)
	}
	if err != nil {
		return a.d, fmt.Errorf("save delivery: %w", err)
	}
	h.log(ctx, a, begin)
	return a.d, nil
}

// pause waits a little before transitions run again, longer every time.
func (h *Handler) pause(ctx context.Context, try int) error {
	return h.Pause(ctx, time.Duration(h.Rand()*float64(int(10)<<min(try, 6)))*time.Millisecond)
}

func (h *Handler) log(ctx context.Context, a *attempt, begin time.Time) {
	level, note := slog.LevelInfo, slog.String("outcome", a.d.Outcome)
	switch a.d.State {
	case event.Parked, event.Unknown:
		level, note = slog.LevelError, slog.String("error", a.d.Error)
	case event.Waiting:
		level, note = slog.LevelWarn, slog.String("error", a.d.Error)
	}
	h.Log.LogAttrs(ctx, level, "delivery", slog.String("event", a.d.Event), slog.String("type", a.stored.Type),
		slog.String("action", h.Action), slog.String("state", string(a.d.State)), slog.Int("attempt", a.d.Attempt),
		note, slog.Int64("ms", h.Now().Sub(begin).Milliseconds()))
}
