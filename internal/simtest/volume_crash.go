package simtest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// Outage is an action whose function ends at its start for a while, as with a wrong
// environment: it finishes no attempt, and writes nothing.
type Outage struct {
	PerHour int // events
	Hours   int
}

// OutageRun is what became of it.
type OutageRun struct {
	Events      int `json:"events"`
	MostInQueue int `json:"most_in_queue"` // of the action, visible and in flight
	Dead        int `json:"dead"`          // letters at the end of the outage
	Done        int `json:"done"`          // events
	Runs        int `json:"runs"`          // of reconcile after the outage
}

const (
	// visibility of the action's queue, six times the function's timeout, and how often
	// it hands a message out before that is a dead letter.
	visibility = 3 * time.Minute
	receives   = 1000
	broken     = "order" // the action
)

// queued is a message of the action.
type queued struct {
	id       string
	visible  time.Time
	received int
}

// crashing is an outage under way.
type crashing struct {
	*flood
	queue, dead []queued
	done        map[string]int
	events      int
}

// Run plays the outage: a minute at a time, each with a run of reconcile. The error says
// which promise broke.
func (o Outage) Run(ctx context.Context) (r OutageRun, err error) {
	c := &crashing{flood: newFlood(Volume{Name: "a function that crashes"}, 1), done: map[string]int{}}
	defer c.end()
	c.bus.Handle = c.enqueue
	for minute := range o.Hours * 60 {
		for range o.PerHour*(minute+1)/60 - o.PerHour*minute/60 {
			c.arrive()
		}
		if err := errors.Join(ctx.Err(), c.tick(false)); err != nil {
			return r, err
		}
		if r.MostInQueue = max(r.MostInQueue, len(c.queue)); len(c.queue) > c.events+mostInQueue {
			return r, fmt.Errorf("the queue holds %d messages for %d events", len(c.queue), c.events)
		}
	}
	r.Events, r.Dead = c.events, len(c.dead)
	for ; len(c.done) < c.events; r.Runs++ {
		c.redrive()
		if err := errors.Join(ctx.Err(), c.tick(true)); err != nil || r.Runs > c.events {
			return r, errors.Join(err, fmt.Errorf("%d of %d events are done after %d runs", len(c.done), c.events, r.Runs))
		}
	}
	for id, n := range c.done {
		if n != 1 {
			return r, fmt.Errorf("%s was done %d times", id, n)
		}
	}
	r.Done = len(c.done)
	return r, nil
}

// arrive stores and publishes an event, as ingest and dispatch do.
func (c *crashing) arrive() {
	id := fmt.Sprintf("evt_%06d", c.events)
	c.events++
	c.look(func(ctx context.Context) {
		e := event.Event{Body: []byte("{}"), Facts: event.Facts{ID: id, Type: "charge.succeeded", Created: c.now.Truncate(time.Second), Received: c.now}}
		_, err := c.store.Put(ctx, e, begin.Add(retention))
		must(err)
		must(c.store.MarkPublished(ctx, id, []string{broken}))
		must(c.enqueue(ctx, broken, event.Envelope{Facts: e.Facts}))
	})
}

func (c *crashing) enqueue(_ context.Context, action string, e event.Envelope) error {
	if action == broken {
		c.queue = append(c.queue, queued{id: e.ID, visible: c.now})
	}
	return nil
}

// Backlog implements reconcile.Queues.
func (c *crashing) Backlog(context.Context, string) (event.Backlog, error) {
	return event.Backlog{Messages: len(c.queue)}, nil
}

// tick is a minute: what is visible is received, and reconcile runs.
func (c *crashing) tick(works bool) error {
	at := c.now
	var kept []queued
	for n, m := range c.queue {
		switch {
		case m.visible.After(c.now) || works && n >= capacity:
			kept = append(kept, m)
		case works:
			c.finish(m.id)
		case m.received == receives:
			c.dead = append(c.dead, m)
		default:
			kept = append(kept, queued{m.id, c.now.Add(visibility), m.received + 1})
		}
	}
	c.queue = kept
	c.open()
	c.sweeps.Missing, c.sweeps.Added, c.sweeps.Due.Queues = nil, nil, c
	var failed error
	sweeps := c.sweeps
	c.run("reconcile", c.within(55*time.Second, func(ctx context.Context) {
		_, failed = sweeps.Run(ctx, reconcile.Request{})
	}))
	c.now = at.Add(time.Minute)
	return failed
}

// finish is an attempt that works, whatever the number of the event's messages.
func (c *crashing) finish(id string) {
	d := event.Delivery{Event: id, Action: broken, State: event.Done, Owner: fmt.Sprint("attempt ", c.now), Attempts: 1, First: c.now, Updated: c.now, Next: c.now}
	c.look(func(ctx context.Context) {
		if old, ok := c.peek(d.Ref()); ok && old.Finished() {
			return // an earlier message was for the same
		}
		must(c.store.Commit(ctx, event.Commit{Delivery: d}))
		c.done[id]++
	})
}

// redrive sends the dead letters to the queue again, a minute's worth.
func (c *crashing) redrive() {
	n := min(len(c.dead), capacity)
	for _, m := range c.dead[:n] {
		c.queue = append(c.queue, queued{id: m.id, visible: c.now})
	}
	c.dead = c.dead[n:]
}
