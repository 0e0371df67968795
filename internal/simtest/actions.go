package simtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
)

// none is the event type that no event has.
const none = "none"

// tally is a row that shows when a change was made twice or not at all.
type tally struct {
	Events int `json:"events"`
}

// rawEvent is all that the promises need.
type rawEvent = action.Event[json.RawMessage]

// promises are the actions that show that each promise holds, by name.
func (w *world) promises() map[string]func(context.Context, *rawEvent) error {
	return map[string]func(context.Context, *rawEvent) error{
		"tally": w.tally, "picky": w.picky, "mail": w.mail, "again": w.again, "steps": w.steps, "withhold": w.withhold,
	}
}

// addActions opens the actions of the promises and the plan's, with a rule and a
// queue each. The promises' get all events half of the times, and none in a run
// without faults.
func (w *world) addActions(plan Plan, faultFree bool) {
	w.bus = &memory.Bus{Selects: map[string][]string{}, Fault: w.fault, Handle: w.enqueue}
	kinds := w.stripe.kinds()
	if w.rng.IntN(2) == 0 {
		kinds = nil // which is every type there is
	}
	for name, fn := range w.promises() {
		if w.bus.Selects[name] = kinds; faultFree {
			w.bus.Selects[name] = []string{none}
		}
		w.add(name, action.New(fn, action.AnyVersion))
	}
	for _, a := range plan.Actors {
		w.bus.Selects[a.Name] = a.Types
		w.actors[a.Name] = a
		w.add(a.Name, a.Open(Stack{w}))
	}
	w.bus.Selects[event.Fetch] = nil
	w.add(event.Fetch, w.fetcher())
	w.names = slices.Sorted(maps.Keys(w.handlers))
	for _, name := range w.names {
		w.queues[name] = &memory.Queue{
			Now: w.trueTime, Visibility: 3 * time.Minute, Shuffle: w.rng.Shuffle, Fault: w.queueFault,
			MaxReceives: []int{3, 50}[w.rng.IntN(2)], DeadLetter: &memory.Queue{Now: w.trueTime, Fault: w.queueFault},
		}
	}
}

func (w *world) add(name string, h *delivery.Handler) {
	run := h.Run
	h.Run = func(ctx context.Context, a *delivery.Attempt) error {
		if !w.calm { // an audit runs several at once
			w.current = event.DeliveryRef{Action: name, Event: a.Stored().ID}
		}
		if err := w.badDay(a.Stored().ID); err != nil {
			return err
		}
		return run(ctx, a)
	}
	h.Action, h.Store, h.Ledger, h.Queue = name, store{w.store, w}, ledger{store{w.store, w}}, w
	h.Recorder = &recorder{world: w}
	h.Now, h.Rand, h.Log, h.InTurn = w.clock, w.rng.Float64, w.log, true
	h.Pause = func(context.Context, time.Duration) error { w.met("conflict retry", name); return nil }
	h.Owner = func() string { w.owners++; return fmt.Sprintf("attempt-%d", w.owners) }
	w.handlers[name] = h
}

func (w *world) trueTime() time.Time { return w.now }

// badDay fails or panics sometimes, as a team's own code does. Not in a dry run:
// an audit comes after the faults.
func (w *world) badDay(id string) error {
	switch {
	case w.calm:
	case w.chance(w.odds.broken):
		w.met("broken", id)
		return errors.New("a bad day")
	case w.chance(w.odds.broken / 10):
		w.met("panic", id)
		panic("a worse day")
	}
	return nil
}

// tallies is the action's table.
func tallies(action string) string { return action + "-tallies" }

func (w *world) tally(_ context.Context, e *rawEvent) error {
	return countUp(e, "tally")
}

// countUp counts the event in the row of its subject, in the action's own table.
func countUp(e *rawEvent, name string) error {
	return action.Update(e, tallies(name), name, e.Subject, func(t tally) (tally, error) {
		t.Events++
		return t, nil
	})
}

// picky refuses some events for good, until an operator fixed the cause.
func (w *world) picky(_ context.Context, e *rawEvent) error {
	if w.stripe.refuse[e.ID] && !w.mended[e.ID] {
		return action.Permanent(errors.New("not to my taste"))
	}
	return countUp(e, "picky")
}

// mail is one per payment, however many events speak of it.
func (w *world) mail(ctx context.Context, e *rawEvent) error {
	_, err := action.Outside(ctx, e, "mail/"+e.Subject, w.outside.send(w, "mail/"+e.Subject))
	return err
}

func (w *world) again(ctx context.Context, e *rawEvent) error {
	_, err := action.Outside(ctx, e, "again/"+e.ID, w.outside.send(w, "again/"+e.ID), action.AtLeastOnce)
	return err
}

// steps has two effects and a change of state; the second needs the first's
// result.
func (w *world) steps(ctx context.Context, e *rawEvent) error {
	one, err := action.Outside(ctx, e, "one/"+e.ID, w.outside.send(w, "one/"+e.ID))
	if err != nil {
		return err
	}
	if one != receipt("one/"+e.ID) {
		return action.Permanent(errors.New("the first step's result is gone"))
	}
	if _, err := action.Outside(ctx, e, "two/"+e.ID, w.outside.send(w, "two/"+e.ID)); err != nil {
		return err
	}
	return countUp(e, "steps")
}

// withhold changes state and has an effect that goes out only if an operator
// asks for what is stale.
func (w *world) withhold(ctx context.Context, e *rawEvent) error {
	if err := countUp(e, "withhold"); err != nil {
		return err
	}
	key := "late/" + e.ID
	_, err := action.Outside(ctx, e, key, func(ctx context.Context) (string, error) {
		if !e.AllowStale() {
			return "", action.Skip("stale")
		}
		return w.outside.send(w, key)(ctx)
	})
	return err
}
