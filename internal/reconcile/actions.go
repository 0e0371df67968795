package reconcile

import (
	"context"
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
	queues Queues
	now    time.Time
	rules  map[string]event.Rule
	absent *Cursor[map[string]time.Time]
	moved  bool
	known  map[string]readiness
	room   map[string]int // redeliveries that an action's queue still takes
}

func (d *Due) actions(ctx context.Context) (*actions, error) {
	rules, err := d.Bus.Rules(ctx)
	if err != nil {
		return nil, err
	}
	a := &actions{queues: d.Queues, now: d.Now(), rules: map[string]event.Rule{}, known: map[string]readiness{}, room: map[string]int{}}
	if a.absent, err = loadCursor[map[string]time.Time](ctx, d.Ledger, "due/absent"); err != nil {
		return nil, err
	}
	if a.absent.At == nil {
		a.absent.At = map[string]time.Time{}
	}
	for _, r := range rules {
		a.rules[r.Action] = r
		if _, ok := a.absent.At[r.Action]; ok {
			delete(a.absent.At, r.Action)
			a.moved = true
		}
	}
	return a, nil
}

// takes asks once a run for each action. An action whose queue is full by what
// this run sent takes no more.
func (a *actions) takes(ctx context.Context, action string) (readiness, error) {
	can, ok := a.known[action]
	if !ok {
		a.room[action] = fullQueue
		var err error
		if can, err = a.ask(ctx, action); err != nil {
			return can, err
		}
		a.known[action] = can
	}
	if can == ready && a.queues != nil && a.room[action] <= 0 {
		return notNow, nil
	}
	return can, nil
}

// sent counts a redelivery to the action.
func (a *actions) sent(action string) { a.room[action]-- }

func (a *actions) ask(ctx context.Context, action string) (readiness, error) {
	rule, ok := a.rules[action]
	switch {
	case !ok:
		return a.missing(action), nil
	case rule.Disabled:
		return notNow, nil
	case a.queues == nil:
		return ready, nil
	}
	backlog, err := a.queues.Backlog(ctx, action)
	if err != nil {
		return notNow, fmt.Errorf("backlog of %s: %w", action, err)
	}
	if backlog.Disabled {
		return notNow, nil
	}
	a.room[action] = fullQueue - backlog.Messages
	return ready, nil
}

// missing is for an action without a rule in this listing.
func (a *actions) missing(action string) readiness {
	since, ok := a.absent.At[action]
	if !ok {
		a.absent.At[action], a.moved = a.now, true
		return notNow
	}
	if a.now.Sub(since) < removedAfter {
		return notNow
	}
	return removed
}

// save keeps what is absent, if that changed.
func (a *actions) save(ctx context.Context, l event.Ledger) error {
	if !a.moved {
		return nil
	}
	return a.absent.Save(ctx, l)
}
