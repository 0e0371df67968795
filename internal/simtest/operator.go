package simtest

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/payhooks/payhooks/internal/event"
)

// thinking is how long after an effect's lease a person decides about it, at the
// earliest: longer than two clocks can differ.
const thinking = 2 * maxSkew

// operate lets an operator do what the command can do, at any moment.
func (w *world) operate() {
	switch n := w.rng.IntN(6); {
	case n < 2:
		w.replay(w.watched())
	case n == 2:
		w.some(w.redrive)
	case n == 3:
		w.retry(event.Parked, w.chance(500))
	case n == 4:
		w.discard()
	default:
		w.retry(event.Unknown, true)
	}
}

// watched is what an operator replays: any event, for all of its actions or for
// one, or the delivery that is just being worked on.
func (w *world) watched() event.DeliveryRef {
	if w.current.Event != "" && w.chance(500) {
		return w.current
	}
	ref := event.DeliveryRef{Event: w.stripe.posts[w.rng.IntN(len(w.stripe.posts))].id}
	if w.chance(500) {
		ref.Action = actions[w.rng.IntN(len(actions))]
	}
	return ref
}

// replay delivers an event to its actions again, or to one of them.
func (w *world) replay(ref event.DeliveryRef) {
	id, only := ref.Event, ref.Action
	w.run("operator", func(ctx context.Context) {
		s, err := store{w.store, w}.Get(ctx, id)
		if err != nil {
			return
		}
		subscribers, err := w.bus.Subscribers(ctx, event.Envelope{Facts: s.Facts, Only: only})
		if err != nil || len(subscribers) == 0 {
			return
		}
		w.met("replay", id, " ", only)
		for _, action := range subscribers {
			if err := w.replayFor(ctx, s, action); err != nil {
				return
			}
		}
	})
}

// replayFor makes the delivery to one action due if there is anything left to
// do, and redelivers it.
func (w *world) replayFor(ctx context.Context, s event.Stored, action string) error {
	ref := event.DeliveryRef{Action: action, Event: s.ID}
	d, err := w.store.Delivery(ctx, ref)
	switch {
	case errors.Is(err, event.ErrNotFound):
		err = w.store.Ensure(ctx, ref, w.clock(), event.DeliveryExpiry(s.Expires, w.clock()))
	case err == nil && d.State != event.Unknown:
		if err = w.reopen(ctx, ref); errors.Is(err, event.ErrNotFound) {
			return nil // what is done stays done
		}
		if d.Withheld && err == nil {
			w.met("retry of withheld", s.ID, " for ", action)
		}
	case err == nil:
		return nil
	}
	if err != nil {
		return err
	}
	return w.redeliver(ctx, s, action)
}

// reopen begins a new round, half of the times with effects however late they
// are: that wish stands until another reopening.
func (w *world) reopen(ctx context.Context, ref event.DeliveryRef) error {
	delete(w.wished, ref)
	err := w.store.Reopen(ctx, ref, w.clock(), w.chance(500))
	d, known := w.peek(ref)
	w.wished[ref] = known && d.AllowStale && d.State == event.Waiting
	return err
}

// peek reads a record without a fault.
func (w *world) peek(ref event.DeliveryRef) (event.Delivery, bool) {
	defer func(calm bool) { w.calm = calm }(w.calm)
	w.calm = true
	d, err := w.store.Delivery(context.Background(), ref)
	return d, err == nil
}

func (w *world) redeliver(ctx context.Context, s event.Stored, action string) error {
	if _, err := w.store.ClaimRedelivery(ctx, event.DeliveryRef{Action: action, Event: s.ID}, w.clock(), 0); err != nil {
		return err
	}
	return w.bus.Publish(ctx, []event.Envelope{{Facts: s.Facts, Only: action}})[0]
}

// inState returns some delivery in that state.
func (w *world) inState(ctx context.Context, s event.State) (event.Delivery, bool) {
	var all []event.Delivery
	for d, err := range w.store.Unfinished(ctx, s, w.clock().Add(1)) {
		if err != nil {
			return event.Delivery{}, false
		}
		all = append(all, d)
	}
	if len(all) == 0 {
		return event.Delivery{}, false
	}
	return all[w.rng.IntN(len(all))], true
}

// retry gives one delivery in that state a new round, perhaps after the cause
// was fixed.
func (w *world) retry(s event.State, mend bool) {
	w.run("operator", func(ctx context.Context) {
		d, ok := w.inState(ctx, s)
		if !ok || s == event.Unknown && !w.resolve(ctx, d) {
			return
		}
		stored, err := store{w.store, w}.Get(ctx, d.Event)
		if err != nil {
			return
		}
		w.mended[d.Event] = w.mended[d.Event] || mend
		w.met("retry of "+string(s), d.Event, " for ", d.Action)
		if w.reopen(ctx, d.Ref()) == nil {
			_ = w.redeliver(ctx, stored, d.Action)
		}
	})
}

// discard ends a parked delivery of an action whose rows nothing depends on.
func (w *world) discard() {
	w.run("operator", func(ctx context.Context) {
		d, ok := w.inState(ctx, event.Parked)
		if !ok || d.Action != "picky" {
			return
		}
		if w.store.Discard(ctx, d.Ref(), w.clock(), "operator: not needed") == nil {
			w.met("discard", d.Event, " for ", d.Action)
		}
	})
}

// resolve records what became of the effect in question: an operator who looked.
func (w *world) resolve(ctx context.Context, d event.Delivery) bool {
	e, err := w.store.Effect(ctx, event.EffectRef{Action: d.Action, Scope: w.scope(d.Event), Key: d.Effect})
	if err != nil || e.State == event.EffectIntended || e.Lease.Add(thinking).After(w.clock()) {
		return false
	}
	if e.State == event.EffectDone || e.State == event.EffectNotPerformed {
		return true // decided before
	}
	e.State, e.Updated, e.Result = event.EffectNotPerformed, w.clock(), nil
	if w.outside.sent[e.Key] > 0 {
		e.State, e.Result = event.EffectDone, json.RawMessage(`"`+receipt(e.Key)+`"`)
	}
	return w.store.Resolve(ctx, e) == nil
}

// scope of an event.
func (w *world) scope(id string) event.Scope {
	for _, p := range w.stripe.posts {
		if p.id == id {
			return event.Scope{Livemode: p.live}
		}
	}
	return event.Scope{}
}

// redrive sends an action's dead letters again, some of them twice.
func (w *world) redrive(name string) (some bool) {
	ctx := context.Background()
	got, err := w.queues[name].DeadLetter.Receive(ctx, 10)
	if err != nil {
		return false
	}
	for _, m := range got {
		w.met("redrive", name, " ", m.ID)
		if w.queues[name].Send(ctx, m.Body, 0) == nil && !w.chance(w.odds.twice) {
			_ = w.queues[name].DeadLetter.Delete(ctx, m.Receipt)
		}
	}
	return len(got) > 0
}
