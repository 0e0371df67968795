package simtest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/order"
)

// actions are the simulated stack's: one per promise.
var actions = []string{"again", "count", "mail", "order", "steps"}

// tally is a row that shows when a change was made twice or not at all.
type tally struct {
	Events int `json:"events"`
}

type simEvent = action.Event[facts.Event]

func (w *world) addActions(log *slog.Logger) {
	for name, fn := range map[string]func(context.Context, *simEvent) error{
		"count": w.count, "order": w.order, "mail": w.mail, "again": w.again, "steps": w.steps,
	} {
		h := action.New(fn)
		h.Action, h.Store, h.Ledger, h.Queue, h.Retention = name, w.store, w.store, w, retention
		h.Now, h.Rand, h.Log, h.InTurn = w.clock, w.rng.Float64, log, true
		h.Pause = func(context.Context, time.Duration) error { return nil }
		h.Owner = func() string { w.owners++; return fmt.Sprintf("attempt-%d", w.owners) }
		w.handlers[name] = h
		w.bus.Rules[name] = nil
		w.queues[name] = &memory.Queue{Now: w.clock, Visibility: 3 * time.Minute, Shuffle: w.rng.Shuffle, Fault: w.queueFault}
	}
}

// queueFault: a queue refuses and loses replies, but a crash of the process is
// the function's affair.
func (w *world) queueFault(memory.Op) memory.Fault {
	switch {
	case w.calm:
	case w.chance(w.odds.refuse / 4):
		return memory.Refuse(memory.ErrUnavailable)
	case w.chance(w.odds.lose / 4):
		return memory.LoseReply(memory.ErrUnavailable)
	}
	return memory.Fault{}
}

// flaky fails now and then, as a team's own code does.
func (w *world) flaky() error {
	switch {
	case w.calm:
	case w.chance(w.odds.broken):
		return errors.New("a bad day")
	case w.chance(w.odds.broken / 10):
		panic("a worse day")
	}
	return nil
}

func (w *world) count(_ context.Context, e *simEvent) error {
	if err := w.flaky(); err != nil {
		return err
	}
	return action.Update(e, "counts", e.Subject, func(t tally) (tally, error) {
		t.Events++
		return t, nil
	})
}

func (w *world) order(_ context.Context, e *simEvent) error {
	key, why := order.Key(e.Object)
	if key == "" {
		return action.Ignore(why)
	}
	return action.Update(e, "orders", key, func(old order.Order) (order.Order, error) {
		return order.Merge(old, e.Object), nil
	})
}

// mail is one per payment, however many events speak of it.
func (w *world) mail(ctx context.Context, e *simEvent) error {
	_, err := action.Outside(ctx, e, "mail/"+e.Subject, w.outside.send(w, "mail/"+e.Subject))
	return err
}

func (w *world) again(ctx context.Context, e *simEvent) error {
	_, err := action.Outside(ctx, e, "again/"+e.ID, w.outside.send(w, "again/"+e.ID), action.AtLeastOnce)
	return err
}

// steps has two effects and a change of state; the second needs the first's
// result.
func (w *world) steps(ctx context.Context, e *simEvent) error {
	one, err := action.Outside(ctx, e, "one/"+e.ID, w.outside.send(w, "one/"+e.ID))
	if err != nil {
		return err
	}
	if one == "" {
		return action.Permanent(errors.New("the first step's result is gone"))
	}
	if _, err := action.Outside(ctx, e, "two/"+e.ID, w.outside.send(w, "two/"+e.ID)); err != nil {
		return err
	}
	return w.count(ctx, e)
}

// outside is a world that no transaction covers.
type outside struct{ sent map[string]int }

func (o *outside) send(w *world, key string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		if !w.calm {
			if err := o.refuse(w, key); err != nil {
				return "", err
			}
		}
		o.sent[key]++
		w.logf("SENT %s", key)
		if w.calm {
			return "receipt for " + key, nil
		}
		switch {
		case w.chance(w.odds.crash):
			w.logf("CRASH after sending %s", key)
			runtime.Goexit()
		case w.chance(w.odds.lose):
			return "", errors.New("connection reset")
		case w.depth < 3 && w.chance(w.odds.yield):
			w.step()
		}
		return "receipt for " + key, nil
	}
}

// refuse is what may happen before anything left.
func (o *outside) refuse(w *world, key string) error {
	switch {
	case w.chance(w.odds.crash):
		w.logf("CRASH before sending %s", key)
		runtime.Goexit()
	case w.chance(w.odds.refuse):
		return action.RetryAfter(errors.New("throttled"), time.Duration(w.rng.IntN(1800))*time.Second)
	case w.chance(w.odds.delay):
		w.now = w.now.Add(time.Duration(w.rng.IntN(120)) * time.Second)
	}
	return nil
}
