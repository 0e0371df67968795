package simtest

import (
	"context"
	"encoding/json"

	"github.com/payhooks/payhooks/internal/event"
)

// operate lets an operator do what the command can do, in the middle of it all.
func (w *world) operate() {
	switch n := w.rng.IntN(5); {
	case n < 2:
		w.replay(w.stripe.posts[w.rng.IntN(len(w.stripe.posts))].id)
	case n == 2:
		w.some(w.redrive)
	case n == 3:
		w.retry(event.Parked, w.chance(500))
	case w.depth == 0: // what is unknown may still be happening otherwise
		w.retry(event.Unknown, true)
	}
}

// replay sends an event to its actions again, or to one of them.
func (w *world) replay(id string) {
	only := ""
	if w.chance(500) {
		only = actions[w.rng.IntN(len(actions))]
	}
	w.run("operator", func(ctx context.Context) {
		s, err := store{w.store, w}.Get(ctx, id)
		if err != nil {
			return
		}
		wanted, err := w.bus.Subscribers(ctx, event.Envelope{Facts: s.Facts, Only: only})
		if err != nil || len(wanted) == 0 {
			return
		}
		w.met("replay", id, " ", only)
		for _, action := range wanted {
			if err := w.makeDue(ctx, id, action); err != nil {
				return
			}
		}
		w.republish(ctx, id, only)
	})
}

func (w *world) republish(ctx context.Context, id, only string) {
	w.replayed[id] = true
	_ = w.store.Republish(ctx, id, only)
}

// makeDue makes the delivery to one action due if there is anything left to do.
func (w *world) makeDue(ctx context.Context, id, action string) error {
	d, err := w.store.Delivery(ctx, id, action)
	switch {
	case err != nil:
		return w.store.Ensure(ctx, id, action, w.clock(), w.clock().Add(retention))
	case d.State != event.Unknown:
		_ = w.store.Reopen(ctx, id, action, w.clock(), w.chance(500)) // refused where it changed something, or is due soon
	}
	return nil
}

// retry gives one delivery in that state new attempts, perhaps after what was
// wrong has been mended.
func (w *world) retry(s event.State, mend bool) {
	w.run("operator", func(ctx context.Context) {
		var all []event.Delivery
		err := w.store.Unfinished(ctx, s, w.clock().Add(1), func(d event.Delivery) bool { all = append(all, d); return true })
		if err != nil || len(all) == 0 {
			return
		}
		d := all[w.rng.IntN(len(all))]
		if s == event.Unknown && !w.resolve(ctx, d) {
			return
		}
		w.mended[d.Event] = w.mended[d.Event] || mend
		w.met("retry of "+string(s), d.Event, " for ", d.Action)
		if w.store.Reopen(ctx, d.Event, d.Action, w.clock(), w.chance(500)) == nil {
			w.republish(ctx, d.Event, d.Action)
		}
	})
}

// resolve says what became of the effect in doubt: an operator who looked.
func (w *world) resolve(ctx context.Context, d event.Delivery) bool {
	e, err := w.store.Effect(ctx, d.Effect, d.Action)
	if err != nil || e.State == event.EffectIntended && e.Lease.After(w.clock()) {
		return false
	}
	if e.State == event.EffectDone || e.State == event.EffectNotPerformed {
		return true // said before
	}
	e.State, e.Updated, e.Result = event.EffectNotPerformed, w.clock(), nil
	if w.outside.sent[e.Key] > 0 {
		e.State, e.Result = event.EffectDone, json.RawMessage(`"`+receipt(e.Key)+`"`)
	}
	return w.store.Resolve(ctx, e) == nil
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
