package simtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/memory"
)

// actions are the simulated stack's: one per promise, and the business.
var actions = []string{"access", "again", "fraud", "journal", "mail", "order", "picky", "steps", "stock", "tally", "withhold"}

// ours are the business: their rows must be complete in the end.
var ours = []string{"access", "fraud", "journal", "order", "stock"}

// tally is a row that shows when a change was made twice or not at all.
type tally struct {
	Events int `json:"events"`
}

// rawEvent is all that the promises need; the business reads the facts.
type (
	rawEvent = action.Event[json.RawMessage]
	simEvent = action.Event[facts.Event]
)

func (w *world) addActions() {
	handlers := map[string]*delivery.Handler{
		"tally": promise(w, w.tally), "picky": promise(w, w.picky), "mail": promise(w, w.mail),
		"again": promise(w, w.again), "steps": promise(w, w.steps), "withhold": promise(w, w.withhold),
		"order": action.New(flaky(w, takeOrder)), "access": action.New(flaky(w, grantAccess)), "fraud": action.New(flaky(w, flagFraud)),
		"stock": action.New(flaky(w, w.adjustStock)), "journal": action.New(flaky(w, w.postJournal)),
	}
	for _, name := range actions {
		h := handlers[name]
		run := h.Run
		h.Run = func(ctx context.Context, a *delivery.Attempt) error {
			if !w.calm { // an audit runs several at once
				w.current = event.DeliveryRef{Action: name, Event: a.Stored().ID}
			}
			return run(ctx, a)
		}
		h.Action, h.Store, h.Ledger, h.Queue = name, store{w.store, w}, ledger{store{w.store, w}}, w
		h.Now, h.Rand, h.Log, h.InTurn = w.clock, w.rng.Float64, w.log, true
		h.Pause = func(context.Context, time.Duration) error { w.met("conflict retry", name); return nil }
		h.Owner = func() string { w.owners++; return fmt.Sprintf("attempt-%d", w.owners) }
		w.handlers[name] = h
		dead := &memory.Queue{Now: w.trueTime, Fault: w.queueFault}
		w.queues[name] = &memory.Queue{
			Now: w.trueTime, Visibility: 3 * time.Minute, Shuffle: w.rng.Shuffle, Fault: w.queueFault,
			MaxReceives: []int{3, 50}[w.rng.IntN(2)], DeadLetter: dead,
		}
	}
}

func promise(w *world, fn func(context.Context, *rawEvent) error) *delivery.Handler {
	return action.New(flaky(w, fn), action.AnyVersion)
}

func (w *world) trueTime() time.Time { return w.now }

// rules are the event types that each action subscribes to: those of the stack's own
// actions, and all for the others, of which an undisturbed run needs none.
func (w *world) rules(undisturbed bool) map[string][]string {
	charges := []string{"charge.succeeded", "charge.captured", "charge.failed", "charge.pending", "charge.refunded", "charge.refund.updated", "refund.created", "refund.failed"}
	disputes := []string{"charge.dispute.created", "charge.dispute.closed"}
	intents := []string{
		"payment_intent.created", "payment_intent.succeeded", "payment_intent.payment_failed", "payment_intent.canceled",
		"payment_intent.processing", "payment_intent.amount_capturable_updated",
	}
	sessions := []string{"checkout.session.completed", "checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed"}
	subscriptions := []string{"customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted"}
	suspicions := []string{"radar.early_fraud_warning.created", "review.opened", "review.closed"}
	every := slices.Concat(charges, disputes, intents, sessions, subscriptions, suspicions)
	rules := map[string][]string{
		"order":  slices.Concat(charges, disputes, intents, sessions),
		"access": subscriptions, "fraud": slices.Concat(charges[:3], disputes, suspicions),
		"stock": slices.Concat(charges, intents, sessions), "journal": slices.Concat(charges, disputes),
	}
	if w.rng.IntN(2) == 0 {
		every = nil // which is every type there is
	}
	for _, name := range []string{"again", "mail", "picky", "steps", "tally", "withhold"} {
		if rules[name] = every; undisturbed {
			rules[name] = []string{"none"}
		}
	}
	return rules
}

// flaky fails now and then, as a team's own code does.
func flaky[T any](w *world, fn func(context.Context, *action.Event[T]) error) func(context.Context, *action.Event[T]) error {
	return func(ctx context.Context, e *action.Event[T]) error {
		switch {
		case w.calm:
		case w.chance(w.odds.broken):
			w.met("broken", e.ID)
			return errors.New("a bad day")
		case w.chance(w.odds.broken / 10):
			w.met("panic", e.ID)
			panic("a worse day")
		}
		return fn(ctx, e)
	}
}

func (w *world) tally(_ context.Context, e *rawEvent) error {
	return countUp(e, "tally")
}

// countUp counts the event in the row of its subject and the action.
func countUp(e *rawEvent, kind string) error {
	return action.Update(e, "tallies", kind, e.Subject, func(t tally) (tally, error) {
		t.Events++
		return t, nil
	})
}

// picky refuses some events for good, until an operator mended what was wrong.
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
