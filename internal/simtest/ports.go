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

// store is the store in memory, in which some items cannot be read: an attribute
// has the wrong type.
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

// Events names what it cannot read.
func (s store) Events(ctx context.Context, ids []string) (map[string]event.Stored, error) {
	found, err := s.Store.Events(ctx, ids)
	for _, id := range ids {
		if _, is := found[id]; is && s.world.stripe.poison[id] {
			delete(found, id)
			err = errors.Join(err, unreadable(id))
		}
	}
	return found, err
}

func (s store) GetAll(ctx context.Context, ids []string) []event.Loaded {
	all := s.Store.GetAll(ctx, ids)
	for i, id := range ids {
		if all[i].Err == nil && s.world.stripe.poison[id] {
			all[i] = event.Loaded{Stored: event.Stored{Event: event.Event{Facts: event.Facts{ID: id}}}, Err: unreadable(id)}
		}
	}
	return all
}

func (s store) Begin(ctx context.Context, refs []event.DeliveryRef) []event.Begun {
	all := s.Store.Begin(ctx, refs)
	for i, ref := range refs {
		if all[i].Err == nil && s.world.stripe.poison[ref.Event] {
			all[i].Stored, all[i].Err = event.Stored{Event: event.Event{Facts: event.Facts{ID: ref.Event}}}, unreadable(ref.Event)
		}
	}
	return all
}

// Received names what it cannot read.
func (s store) Received(ctx context.Context, q event.Receipts) (event.Page[event.Stored], error) {
	page, err := s.Store.Received(ctx, q)
	page.Items = slices.DeleteFunc(page.Items, func(st event.Stored) bool {
		if s.world.stripe.poison[st.ID] {
			err = unreadable(st.ID)
			return true
		}
		return false
	})
	return page, err
}

// decode reads an image of the stream.
func (w *world) decode(image dispatch.Image) (event.Stored, error) {
	if id := image["id"].String(); w.stripe.poison[id] {
		w.met("poison", id)
		return event.Stored{}, unreadable(id)
	}
	return dynamo.FromImage(image)
}

func (w *world) poisoned(changes []memory.Change) bool {
	return slices.ContainsFunc(changes, func(c memory.Change) bool { return w.stripe.poison[c.Stored.ID] })
}

// ledger is the ledger in memory, watched.
type ledger struct {
	store
}

func (l ledger) Claim(ctx context.Context, c event.Claim) (event.Delivery, error) {
	d, err := l.Store.Claim(ctx, c)
	if err == nil {
		l.attempted(d)
	}
	return d, err
}

// attempted notes how many attempts a record has.
func (l ledger) attempted(d event.Delivery) {
	l.world.attempts[d.Ref()] = max(l.world.attempts[d.Ref()], d.Attempts)
}

func (l ledger) Commit(ctx context.Context, c event.Commit) error {
	err := l.Store.Commit(ctx, c)
	if err == nil {
		l.attempted(c.Delivery)
	}
	switch {
	case errors.Is(err, event.ErrFenced) && c.Claimed:
		l.world.met("fenced commit", c.Event, " for ", c.Action)
		if l.world.pace == crowded && !l.world.wished[c.Ref()] {
			l.world.fail("%s for %s was claimed while an attempt held it", c.Event, c.Action)
		}
	case errors.Is(err, event.ErrFenced):
		l.world.met("fenced commit without a claim", c.Event, " for ", c.Action)
	case err == nil && !c.Claimed:
		l.world.met("commit without a claim", c.Event, " for ", c.Action)
	}
	return err
}

// Reopen notes the wish for effects however late they are: it stands until another
// reopening.
func (l ledger) Reopen(ctx context.Context, ref event.DeliveryRef, now time.Time, stale bool) error {
	delete(l.world.wished, ref)
	before, _ := l.world.peek(ref)
	err := l.Store.Reopen(ctx, ref, now, stale)
	after, known := l.world.peek(ref)
	l.world.wished[ref] = known && after.AllowStale && after.State == event.Waiting
	if before.Withheld && err == nil {
		l.world.met("retry of withheld", ref.Event, " for ", ref.Action)
	}
	return err
}

// peek reads a record without a fault.
func (w *world) peek(ref event.DeliveryRef) (event.Delivery, bool) {
	defer func(calm bool) { w.calm = calm }(w.calm)
	w.calm = true
	d, err := w.store.Delivery(context.Background(), ref)
	return d, err == nil
}

func (l ledger) Intend(ctx context.Context, e event.Effect) (event.Effect, error) {
	held, err := l.Store.Intend(ctx, e)
	if err == nil {
		l.world.intended = e.Action + " " + e.Key
	}
	if errors.Is(err, event.ErrTaken) && held.State == event.EffectIntended {
		if held.Lease.After(l.world.clock()) {
			l.world.met("effect in progress", e.Key)
		} else {
			l.world.met("interrupted effect", e.Key)
		}
	}
	return held, err
}
