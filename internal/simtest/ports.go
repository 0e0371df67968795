package simtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/dispatch"
	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
)

// store is the store in memory, in which some items cannot be read: somebody
// wrote a wrong attribute into them.
type store struct {
	*memory.Store
	world *world
}

func unreadable(id string) error {
	return fmt.Errorf("event %s: attribute created is no string: %w", id, event.ErrInvalid)
}

func (s store) Get(ctx context.Context, id string) (event.Stored, error) {
	st, err := s.Store.Get(ctx, id)
	if err == nil && s.world.stripe.poison[id] {
		return event.Stored{Event: event.Event{Facts: event.Facts{ID: id}}}, unreadable(id)
	}
	return st, err
}

// ReceivedBetween passes over what it cannot read and names it in the end.
func (s store) ReceivedBetween(ctx context.Context, from, to time.Time, yield func(event.Stored) bool) error {
	var odd error
	err := s.Store.ReceivedBetween(ctx, from, to, func(st event.Stored) bool {
		if s.world.stripe.poison[st.ID] {
			odd = unreadable(st.ID)
			return true
		}
		return yield(st)
	})
	return errors.Join(err, odd)
}

// decode reads an image of the stream.
func (w *world) decode(image dispatch.Image) (event.Facts, string, error) {
	if id := image["id"].String(); w.stripe.poison[id] {
		w.met("poison", id)
		return event.Facts{}, "", unreadable(id)
	}
	return dynamo.Facts(image)
}

func (w *world) poisoned(changes []memory.Change) bool {
	return slices.ContainsFunc(changes, func(c memory.Change) bool { return w.stripe.poison[c.Stored.ID] })
}

// ledger is the ledger in memory, watched.
type ledger struct {
	*memory.Store
	world *world
}

func (l ledger) Commit(ctx context.Context, d event.Delivery, ws ...event.Write) error {
	err := l.Store.Commit(ctx, d, ws...)
	if errors.Is(err, event.ErrFenced) {
		l.world.met("fenced commit", d.Event, " for ", d.Action)
	}
	return err
}

func (l ledger) Intend(ctx context.Context, e event.Effect) (event.Effect, error) {
	held, err := l.Store.Intend(ctx, e)
	if errors.Is(err, event.ErrTaken) && held.State == event.EffectIntended {
		l.world.met("interrupted effect", e.Key)
	}
	return held, err
}
