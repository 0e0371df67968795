package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// removedAfter is how far apart two complete listings without an action's rule
// must be before its deliveries end: a listing may miss one once.
const removedAfter = 15 * time.Minute

// readiness is whether an action takes a redelivery.
type readiness int

const (
	ready   readiness = iota
	notNow            // its queue is full, or nothing polls it: it is late, and not lost
	removed           // it has had no rule for a while
)

// actions knows, for one run, which actions have a rule and which can take
// redeliveries. Which rules were missing, and since when, is kept between runs.
type actions struct {
	run    *Run
	queues Queues
	rules  map[string]event.Rule // nil: they cannot be listed, so none is missing
	absent *Cursor[map[string]time.Time]
	moved  bool
	// allowed is kept between runs, too.
	allowed *Cursor[map[string]allowance]
	grew    bool
	known   map[string]readiness
	places  map[string]int // redeliveries that an action's queue still takes
}

// known reads what there is to know. What cannot be read stops no redelivery.
func (d *Due) known(ctx context.Context) *actions {
	a := &actions{run: d.run, queues: d.Queues, known: map[string]readiness{}, places: map[string]int{}}
	var err error
	if a.allowed, err = CursorOf[map[string]allowance](d.run, "due/allowed"); err != nil {
		d.run.Report(err)
		a.allowed = &Cursor[map[string]allowance]{} // of this run alone
	}
	rules, err := d.Bus.Rules(ctx)
	if err != nil {
		d.run.Report(err)
		return a
	}
	if a.absent, err = CursorOf[map[string]time.Time](d.run, "due/absent"); err != nil {
		d.run.Report(err)
		return a
	}
	if a.absent.At == nil {
		a.absent.At = map[string]time.Time{}
	}
	a.rules = map[string]event.Rule{}
	for _, r := range rules {
		a.rules[r.Action] = r
		if _, ok := a.absent.At[r.Action]; ok {
			delete(a.absent.At, r.Action)
			a.moved = true
		}
	}
	return a
}

// takes asks once a run for each action. An action whose queue is full by what
// this run sent takes no more.
func (a *actions) takes(ctx context.Context, action string) readiness {
	can, ok := a.known[action]
	if !ok {
		a.places[action] = fullQueue
		can = a.ask(ctx, action)
		a.known[action] = can
	}
	if can == ready && a.queues != nil && a.places[action] <= 0 {
		return notNow
	}
	return can
}

// sent takes a place in the action's queue, if there is one.
func (a *actions) sent(action string) bool {
	a.places[action]--
	if a.places[action] == 0 && a.queues != nil {
		a.filled(action)
	}
	return a.queues == nil || a.places[action] >= 0
}

// ask finds out. An action whose queue cannot be read gets nothing in this run.
func (a *actions) ask(ctx context.Context, action string) readiness {
	rule, ok := a.rules[action]
	switch {
	case a.rules != nil && !ok:
		return a.missing(action)
	case rule.Disabled:
		return notNow
	case a.queues == nil:
		return ready
	}
	backlog, err := a.queues.Backlog(ctx, action)
	if err != nil {
		a.run.Report(fmt.Errorf("backlog of %s: %w", action, err))
		return notNow
	}
	if backlog.Disabled {
		return notNow
	}
	a.allow(action, backlog.Messages)
	return ready
}

// selects notes whether a rule selects a type, under a name for both.
func (a *actions) selects(name string, does bool) readiness {
	if a.rules == nil {
		return ready
	}
	if !does {
		return a.missing(name)
	}
	if _, ok := a.absent.At[name]; ok {
		delete(a.absent.At, name)
		a.moved = true
	}
	return ready
}

// missing is for what no rule of this listing is for: an action, or a type of one.
func (a *actions) missing(name string) readiness {
	since, ok := a.absent.At[name]
	if !ok {
		a.absent.At[name], a.moved = a.run.now(), true
		return notNow
	}
	if a.run.now().Sub(since) < removedAfter {
		return notNow
	}
	return removed
}

// save keeps what is absent and what is allowed, if that changed. Another run may have been
// faster.
func (a *actions) save(ctx context.Context, l event.Ledger) error {
	absent, allowed := a.moved, a.grew
	a.moved, a.grew = false, false
	var errs []error
	if absent {
		errs = append(errs, a.absent.Save(ctx, l))
	}
	if allowed && a.allowed.Key != "" {
		errs = append(errs, a.allowed.Save(ctx, l))
	}
	for i, err := range errs {
		if errors.Is(err, event.ErrConflict) {
			errs[i] = nil
		}
	}
	return errors.Join(errs...)
}
