package delivery_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
)

// rig has one stored event and any number of processes that run its delivery,
// with one clock.
type rig struct {
	*memory.Store
	t      *testing.T
	now    time.Time
	ref    event.DeliveryRef
	owners int
	runs   int
	sent   int
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{Store: memory.New(), t: t, now: time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC), ref: event.DeliveryRef{Action: "act", Event: "evt_1"}}
	r.put("evt_1", r.now.AddDate(1, 0, 0))
	return r
}

func (r *rig) put(id string, expires time.Time) {
	r.t.Helper()
	e := event.Event{Body: []byte(`{}`), Facts: event.Facts{ID: id, Type: "charge.succeeded", Created: r.now, Received: r.now, Scope: event.Scope{Livemode: true}}}
	if _, err := r.Put(r.t.Context(), e, expires); err != nil {
		r.t.Fatal(err)
	}
}

// process is one process of the action that runs fn.
func (r *rig) process(fn func(context.Context, *delivery.Attempt) error) *delivery.Handler {
	return &delivery.Handler{
		Action: "act", Store: r.Store, Ledger: r.Store, InTurn: true, Log: slog.New(slog.NewTextHandler(r.t.Output(), nil)),
		Run:   func(ctx context.Context, a *delivery.Attempt) error { r.runs++; return fn(ctx, a) },
		Now:   func() time.Time { return r.now },
		Rand:  func() float64 { return 0.5 },
		Owner: func() string { r.owners++; return fmt.Sprintf("attempt-%d", r.owners) },
		Pause: func(context.Context, time.Duration) error { return nil },
	}
}

// first delivers as the queue's first receive does, again as any later one.
func (r *rig) first(h *delivery.Handler) event.Delivery { return r.deliver(h, false) }
func (r *rig) again(h *delivery.Handler) event.Delivery { return r.deliver(h, true) }

func (r *rig) deliver(h *delivery.Handler, again bool) event.Delivery {
	r.t.Helper()
	d, err := h.Deliver(r.t.Context(), "evt_1", again)
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

func (r *rig) record() event.Delivery {
	r.t.Helper()
	d, err := r.Delivery(r.t.Context(), r.ref)
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

func (r *rig) reopen(allowStale bool) {
	r.t.Helper()
	if err := r.Reopen(r.t.Context(), r.ref, r.now, allowStale); err != nil {
		r.t.Fatal(err)
	}
}

// add is a function that adds one to a row.
func add(_ context.Context, a *delivery.Attempt) error {
	return a.Update("counts", "count", "1", func(old json.RawMessage) (json.RawMessage, error) {
		var c struct{ N int }
		if old != nil {
			if err := json.Unmarshal(old, &c); err != nil {
				return nil, err
			}
		}
		c.N++
		return json.Marshal(c)
	}, func(old json.RawMessage) (json.RawMessage, error) { return old, nil })
}

// count is how often add was committed.
func (r *rig) count() int {
	r.t.Helper()
	row, err := r.Load(r.t.Context(), "counts", "live/own/count/1")
	if err != nil {
		r.t.Fatal(err)
	}
	var c struct{ N int }
	if row.Data != nil {
		if err := json.Unmarshal(row.Data, &c); err != nil {
			r.t.Fatal(err)
		}
	}
	return c.N
}

// mail sends one mail under one key.
func (r *rig) mail(ctx context.Context, a *delivery.Attempt) error {
	_, err := a.Effect(ctx, "mail/1", r.send, false)
	return err
}

func (r *rig) send(context.Context) (json.RawMessage, error) {
	r.sent++
	return json.RawMessage(`"message-1"`), nil
}

func (r *rig) want(d event.Delivery, state event.State, sent, count int) {
	r.t.Helper()
	if d.State != state || r.sent != sent || r.count() != count {
		r.t.Fatalf("%s with %d sent and a count of %d, expected %s with %d and %d (%+v)", d.State, r.sent, r.count(), state, sent, count, d)
	}
}

var errDown = errors.New("down")

// once runs fn the first time that it is called, and nothing afterwards.
func once(fn func()) func() {
	done := false
	return func() {
		if !done {
			done = true
			fn()
		}
	}
}
