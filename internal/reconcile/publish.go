package reconcile

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

// writers is how many writes are made at once.
const writers = 32

// publication is one event on its way to the bus.
type publication struct {
	event.Stored
	subscribers []string
	unlisted    bool // the subscribers are not known
	sent        bool // on the bus since this run
	err         error
}

// publish does what is left of dispatch's work for events, and returns those that
// failed. Where the subscribers cannot be listed, an event is published all the same and
// stays pending, as dispatch does it.
func (p *Pending) publish(ctx context.Context, found []event.Stored) (failed, unlisted []string, err error) {
	all := make([]*publication, len(found))
	var send []*publication
	for i, s := range found {
		all[i] = &publication{Stored: s, err: errUnfinished}
		if p.subscribe(ctx, all[i]); s.Pending && !s.OnBus && !s.ByFetch {
			send = append(send, all[i])
		}
	}
	p.send(ctx, send)
	_ = parallel.Each(ctx, writers, all, func(ctx context.Context, one *publication) error { // each has its own error
		if errors.Is(one.err, errUnfinished) {
			one.err = p.record(ctx, one)
		}
		return nil
	})
	var bad failures
	for _, one := range all {
		switch {
		case one.err == nil && one.unlisted:
			unlisted = append(unlisted, one.ID)
		case one.err == nil && p.waits(one.Stored):
			failed = append(failed, one.ID)
		case one.err != nil:
			failed = append(failed, one.ID)
			bad.add(fmt.Errorf("event %s: %w", one.ID, one.err))
		}
	}
	return failed, unlisted, bad.err()
}

// waits reports whether the event is fetched, and function fetch has yet to publish it: its
// subscribers are recorded when it has. Fetch retries for three days; what is older waits
// for a person.
func (p *Pending) waits(s event.Stored) bool {
	return s.Pending && s.ByFetch && !s.ToFetch && !s.OnBus && p.run.now().Sub(s.Received) < event.RetryLimit+Grace
}

// errUnfinished: the run's time was over before.
var errUnfinished = errors.New("the run ended before it was published")

// subscribe finds the event's subscribers, unless they cannot be listed in this run.
func (p *Pending) subscribe(ctx context.Context, one *publication) {
	if !one.Pending {
		one.subscribers = one.Subscribers
		return
	}
	if p.unlisted == nil {
		env := event.Envelope{Facts: one.Facts}
		if one.ByFetch && !one.OnBus {
			one.subscribers, p.unlisted = event.FetchFor(ctx, p.Bus, env)
		} else {
			one.subscribers, p.unlisted = p.Bus.Subscribers(ctx, env)
		}
		if p.unlisted != nil {
			p.run.Report(fmt.Errorf("subscribers: %w", p.unlisted))
		}
	}
	one.unlisted = p.unlisted != nil
}

// send puts events on the bus.
func (p *Pending) send(ctx context.Context, all []*publication) {
	envs := make([]event.Envelope, len(all))
	for i, one := range all {
		envs[i] = event.Envelope{Facts: one.Facts}
	}
	if len(envs) == 0 {
		return
	}
	for i, err := range p.Bus.Publish(ctx, envs) {
		if err != nil {
			all[i].err = fmt.Errorf("publish: %w", err)
			continue
		}
		all[i].sent = true
		p.Published++
		p.run.log.InfoContext(ctx, "fanout", "event", envs[i].ID, "type", envs[i].Type, "wanted", strings.Join(all[i].subscribers, ","))
	}
}

// record notes the deliveries before it clears pending: should the bus lose the event, the
// due sweep finds them. The bus carries what was published just now.
func (p *Pending) record(ctx context.Context, one *publication) error {
	if one.Pending && one.ByFetch && !one.OnBus {
		return p.toFetch(ctx, one)
	}
	if one.unlisted {
		return p.Store.MarkOnBus(ctx, one.ID)
	}
	for _, action := range one.subscribers {
		if err := p.run.ensure(ctx, p.Ledger, one.Stored, action, one.sent); err != nil {
			return err
		}
	}
	if !one.Pending {
		return nil
	}
	err := p.Store.MarkPublished(ctx, one.ID, one.subscribers)
	if errors.Is(err, event.ErrNotFound) {
		return nil // expired in between
	}
	return err
}

// toFetch leaves a thin event to function fetch: its delivery is in the ledger from now on,
// which brings it back until it is published; then it counts as received anew.
func (p *Pending) toFetch(ctx context.Context, one *publication) error {
	if !one.unlisted && one.ToFetch && len(one.subscribers) == 0 {
		return p.Store.MarkPublished(ctx, one.ID, nil)
	}
	return p.run.ensure(ctx, p.Ledger, one.Stored, event.Fetch, false)
}

// ensure records a delivery that is due, or on its way since a moment ago.
func (r *Run) ensure(ctx context.Context, l event.Ledger, s event.Stored, action string, sent bool) error {
	e := event.Ensured{DeliveryRef: event.DeliveryRef{Action: action, Event: s.ID}, Now: r.now(), Expires: event.DeliveryExpiry(s.Expires, r.now())}
	if sent {
		e.Sent = e.Now
	}
	return l.Ensure(ctx, e)
}

// fannedOut is before when events were received that must be on the bus by now.
func (r *Run) fannedOut() time.Time { return r.now().Add(-Grace) }
