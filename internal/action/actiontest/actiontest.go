// Package actiontest runs an action as its queue would, over a store in
// memory, so that a test of a function needs no AWS.
package actiontest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/webhook"
)

// Rig is one action with its store, ledger and clock.
type Rig struct {
	Handler *action.Handler
	Store   *memory.Store
	Now     time.Time // the clock of everything; tests move it

	t      testing.TB
	owners int
}

// New returns a rig for fn. Its clock stands at noon UTC of a fixed day until
// Post moves it to just after an event's creation.
func New[T any](t testing.TB, fn func(context.Context, *action.Event[T]) error, opts ...action.Option) *Rig {
	t.Helper()
	r := &Rig{t: t, Store: memory.New(), Handler: action.New(fn, opts...), Now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	h := r.Handler
	h.Action, h.Store, h.Ledger, h.Queue = "action", r.Store, r.Store, noQueue{}
	h.Retention = 400 * 24 * time.Hour
	h.Now = func() time.Time { return r.Now }
	h.Rand = func() float64 { return 0.5 }
	h.Owner = func() string { r.owners++; return fmt.Sprintf("attempt-%d", r.owners) }
	h.Pause = func(context.Context, time.Duration) error { return nil }
	h.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	h.InTurn = true
	return r
}

type noQueue struct{}

func (noQueue) Delay(context.Context, string, string, time.Duration) error { return nil }

// Post stores the event as ingest would and delivers it once. The test ends if
// ingest would not have stored it.
func (r *Rig) Post(body []byte) event.Delivery {
	r.t.Helper()
	f, reason := webhook.Parse(body)
	if reason != "" {
		r.t.Fatalf("ingest would quarantine this event: %s", reason)
	}
	if r.Now.Before(f.Created) || r.Now.Sub(f.Created) > time.Hour {
		r.Now = f.Created.Add(time.Second)
	}
	f.Received, f.Endpoint = r.Now, "default"
	if _, err := r.Store.Put(r.t.Context(), event.Event{Facts: f, Body: body}, r.Now.Add(r.Handler.Retention)); err != nil {
		r.t.Fatalf("store event: %v", err)
	}
	return r.Deliver(f.ID)
}

// Deliver delivers a stored event once more.
func (r *Rig) Deliver(id string) event.Delivery {
	r.t.Helper()
	d, err := r.Handler.Deliver(r.t.Context(), id)
	if err != nil {
		r.t.Fatalf("deliver %s: %v", id, err)
	}
	return d
}

// DeliverStale delivers as an operator does who wants late effects too.
func (r *Rig) DeliverStale(id string) event.Delivery {
	r.t.Helper()
	ctx, action := r.t.Context(), r.Handler.Action
	err := r.Store.Ensure(ctx, id, action, r.Now, r.Now.Add(r.Handler.Retention))
	if err == nil {
		err = r.Store.Reopen(ctx, id, action, r.Now, true)
	}
	if err != nil {
		r.t.Fatalf("reopen %s: %v", id, err)
	}
	return r.Deliver(id)
}

// State reads a row of state into v and reports whether it is there.
func (r *Rig) State(table, key string, v any) bool {
	r.t.Helper()
	it, err := r.Store.Load(r.t.Context(), table, key)
	if err != nil {
		r.t.Fatalf("load %s %s: %v", table, key, err)
	}
	if it.Version == 0 {
		return false
	}
	if err := json.Unmarshal(it.Data, v); err != nil {
		r.t.Fatalf("read %s %s: %v", table, key, err)
	}
	return true
}

// Delivery returns the record of an event; the zero one if there is none.
func (r *Rig) Delivery(id string) event.Delivery {
	r.t.Helper()
	d, err := r.Store.Delivery(r.t.Context(), id, r.Handler.Action)
	if err != nil && !errors.Is(err, event.ErrNotFound) {
		r.t.Fatalf("delivery %s: %v", id, err)
	}
	return d
}
