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
	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/webhook"
)

// Rig is one action with its store, ledger and clock.
type Rig struct {
	Handler *delivery.Handler
	Store   *memory.Store
	Now     time.Time // the clock of everything; tests move it
	// Scope is where State and Effect look: that of the event posted last. A test
	// may set another one.
	Scope event.Scope

	t      testing.TB
	owners int
}

// retention is how long the rig's events are kept.
const retention = 400 * 24 * time.Hour

// New returns a rig for fn. Its clock stands at noon UTC of a fixed day until
// Post moves it to just after an event's creation.
func New[T any](t testing.TB, fn action.Function[T], opts ...action.Option) *Rig {
	t.Helper()
	r := &Rig{t: t, Store: memory.New(), Handler: action.New(fn, opts...), Now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	h := r.Handler
	h.Action, h.Store, h.Ledger, h.Queue = "action", r.Store, r.Store, noQueue{}
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

// Post stores the event as ingest would and delivers it as the queue does first.
// The test ends if ingest would not have stored it.
func (r *Rig) Post(body []byte) event.Delivery {
	r.t.Helper()
	return r.deliver(r.put(body).ID, false)
}

func (r *Rig) put(body []byte) event.Facts {
	r.t.Helper()
	f, reason := webhook.Parse(body)
	if reason != "" {
		r.t.Fatalf("ingest would quarantine this event: %s", reason)
	}
	if r.Now.Before(f.Created) || r.Now.Sub(f.Created) > time.Hour {
		r.Now = f.Created.Add(time.Second)
	}
	r.Scope = f.Scope
	f.Received, f.Endpoint = r.Now, "default"
	if _, err := r.Store.Put(r.t.Context(), event.Event{Facts: f, Body: body}, r.Now.Add(retention)); err != nil {
		r.t.Fatalf("store event: %v", err)
	}
	return f
}

// Deliver delivers a stored event once more, as the queue or a sweep does again.
func (r *Rig) Deliver(id string) event.Delivery {
	r.t.Helper()
	return r.deliver(id, true)
}

func (r *Rig) deliver(id string, again bool) event.Delivery {
	r.t.Helper()
	d, err := r.Handler.Deliver(r.t.Context(), id, again)
	if err != nil {
		r.t.Fatalf("deliver %s: %v", id, err)
	}
	return d
}

// DeliverStale delivers as an operator does who asks for late effects too.
func (r *Rig) DeliverStale(id string) event.Delivery {
	r.t.Helper()
	ctx, ref := r.t.Context(), r.ref(id)
	err := r.Store.Ensure(ctx, event.Ensured{DeliveryRef: ref, Now: r.Now, Expires: r.Now.Add(retention)})
	if err == nil {
		err = r.Store.Reopen(ctx, ref, r.Now, true)
	}
	if err != nil {
		r.t.Fatalf("reopen %s: %v", id, err)
	}
	return r.Deliver(id)
}

// State reads the row of kind and id in r.Scope into v and reports whether it is
// there.
func (r *Rig) State(table, kind, id string, v any) bool {
	r.t.Helper()
	key := r.Scope.Key(kind, id)
	row, err := r.Store.Load(r.t.Context(), table, key)
	if err != nil {
		r.t.Fatalf("load %s %s: %v", table, key, err)
	}
	if row.Version == 0 {
		return false
	}
	if err := json.Unmarshal(row.Data, v); err != nil {
		r.t.Fatalf("read %s %s: %v", table, key, err)
	}
	return true
}

// Effect returns the record of an effect or a fetch in r.Scope; the zero one if
// there is none.
func (r *Rig) Effect(key string) event.Effect {
	r.t.Helper()
	e, err := r.Store.Effect(r.t.Context(), event.EffectRef{Action: r.Handler.Action, Scope: r.Scope, Key: key})
	if err != nil && !errors.Is(err, event.ErrNotFound) {
		r.t.Fatalf("effect %s: %v", key, err)
	}
	return e
}

// Delivery returns the record of an event; the zero one if there is none.
func (r *Rig) Delivery(id string) event.Delivery {
	r.t.Helper()
	d, err := r.Store.Delivery(r.t.Context(), r.ref(id))
	if err != nil && !errors.Is(err, event.ErrNotFound) {
		r.t.Fatalf("delivery %s: %v", id, err)
	}
	return d
}

func (r *Rig) ref(id string) event.DeliveryRef {
	return event.DeliveryRef{Action: r.Handler.Action, Event: id}
}
