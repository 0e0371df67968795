package simtest

import (
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/payhooks/payhooks/internal/action"
)

// outside is a world that no transaction covers. It counts what happened.
type outside struct {
	sent    map[string]int
	effects map[string]bool // that happened, by action and key
}

func receipt(key string) string { return "receipt for " + key }

func (o *outside) send(w *world, key string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return receipt(key), o.happen(w, key) }
}

// happen does it, once more. An error that is no verdict leaves open whether
// it happened.
func (o *outside) happen(w *world, key string) error {
	if err := o.refuse(w, key); err != nil {
		return err
	}
	o.sent[key]++
	o.effects[w.intended], w.intended = true, ""
	w.logf("SENT %s", key)
	switch {
	case w.calm:
	case w.chance(w.odds.crash):
		w.met("crash", "after sending ", key)
		runtime.Goexit()
	case w.chance(w.odds.lose):
		w.met("lost reply", "of ", key)
		return errors.New("connection reset")
	case w.depth < 3 && w.chance(w.odds.yield):
		w.step()
	}
	return nil
}

// refuse is what may happen before anything left.
func (o *outside) refuse(w *world, key string) error {
	switch {
	case w.calm:
	case w.chance(w.odds.crash):
		w.met("crash", "before sending ", key)
		runtime.Goexit()
	case w.chance(w.odds.throttle):
		w.met("throttle", key)
		return action.RetryAfter(errors.New("throttled"), time.Duration(w.rng.IntN(1800))*time.Second)
	case w.chance(w.odds.delay):
		w.met("delay", key)
		w.pass(2 * time.Minute)
	}
	return nil
}
