package simtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

// Failure is a schedule that broke promises.
type Failure struct {
	Seed   uint64
	Broken []string
	Trace  []string // what happened, in order
}

func (f *Failure) Error() string {
	return fmt.Sprintf("seed %d: %s", f.Seed, strings.Join(f.Broken, "\n"))
}

// Run plays one schedule and says what it met. The error is a *Failure if a
// promise was broken; the schedule is played again for its trace.
func Run(plan Plan, seed uint64) (Seen, error) {
	w := play(plan, seed, false)
	if len(w.broken) == 0 {
		return w.seen, nil
	}
	return w.seen, failure(plan, seed, w.broken)
}

func failure(plan Plan, seed uint64, broken []string) *Failure {
	return &Failure{seed, broken, play(plan, seed, true).trace}
}

// played is a schedule that is over.
type played struct {
	*world
	ctx context.Context
}

func play(plan Plan, seed uint64, tracing bool) *played {
	p := &played{world: newWorld(plan, seed, false, tracing), ctx: context.Background()}
	defer p.end()
	for range p.length {
		p.step()
	}
	p.logf("---- the faults end ----")
	if err := p.drain(); err != nil {
		p.fail("%v", err)
		return p
	}
	p.logf("---- all is drained ----")
	p.intake()
	p.accounts()
	p.effects()
	p.tallies()
	p.lags()
	p.undisturbed(seed)
	p.audit(seed)
	slices.Sort(p.broken)
	return p
}

func (w *world) fail(format string, args ...any) {
	w.broken = append(w.broken, fmt.Sprintf(format, args...))
}

// intake: a 2xx means durable and whole; what Stripe gave up is fetched; no
// one gets in.
func (c *played) intake() {
	for _, p := range c.stripe.posts {
		if !p.acknowledged() && !p.never {
			c.fail("%s was never acknowledged", p.id)
		}
		s, err := c.store.Get(c.ctx, p.id)
		if p.odd {
			if !c.held(p) || !errors.Is(err, event.ErrNotFound) {
				c.fail("%s is odd, is it quarantined and nothing else? %t, %v", p.id, c.held(p), err)
			}
			continue
		}
		if err != nil || p.unsigned(s.Body) {
			c.fail("%s was accepted and is not stored as it was signed: %v", p.id, err)
		}
		if s.Thin() && !c.held(p) && !sameJSON(s.Fetched, p.body) && !sameJSON(s.Fetched, p.rendering()) {
			c.fail("%s is thin, and what was fetched is not its snapshot: %s", p.id, s.Fetched)
		}
	}
	c.fanouts()
	for id := range c.stripe.forged {
		if _, err := c.store.Get(c.ctx, id); !errors.Is(err, event.ErrNotFound) {
			c.fail("%s was stored although its signature was not good: %v", id, err)
		}
	}
}

// maxChanges is more than a schedule has.
const maxChanges = math.MaxInt32

func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// accounts: accepted = done + parked + unknown + discarded + quarantined, for
// each action.
func (c *played) accounts() {
	for _, name := range c.names {
		if name == event.Fetch {
			continue // it finishes what others count, see unsettled
		}
		accepted, quarantined := 0, 0
		states := map[event.State]int{}
		for _, p := range c.stripe.posts {
			if !slices.Contains(c.wanting(p), name) {
				continue
			}
			accepted++
			d, err := c.delivery(p.id, name)
			switch {
			case err == nil:
				states[d.State]++
				c.finished(d)
			case c.held(p):
				quarantined++
			}
		}
		c.metTimes("done", states[event.Done])
		c.metTimes("parked", states[event.Parked])
		c.metTimes("unknown", states[event.Unknown])
		c.metTimes("quarantined", quarantined)
		c.metTimes("discarded", states[event.Discarded])
		if accepted != states[event.Done]+states[event.Parked]+states[event.Unknown]+states[event.Discarded]+quarantined {
			c.fail("%s: %d were accepted, %v and %d quarantined", name, accepted, states, quarantined)
		}
	}
}

// finished: a delivery is parked or unknown for a reason only, and no attempt
// overwrote what is known of an earlier one.
func (c *played) finished(d event.Delivery) {
	if before := c.attempts[d.Ref()]; d.Attempts < before {
		c.fail("%s for %s has %d attempts after it had %d", d.Event, d.Action, d.Attempts, before)
	}
	switch d.State {
	case event.Done:
		if c.wished[d.Ref()] && d.Action == "withhold" && d.Withheld {
			c.fail("%s for %s withheld what an operator asked for: %s", d.Event, d.Action, d.Outcome)
		}
	case event.Parked:
		tried := d.Updated.Sub(d.RoundBegan())
		if (d.Action != "picky" || !c.stripe.refuse[d.Event]) && tried < event.RetryLimit-2*maxSkew {
			c.fail("%s is parked for %s after %s: %s", d.Event, d.Action, tried, d.Error)
		}
	case event.Unknown:
		if c.pace == crowded || d.Effect == "" || d.Action != "mail" && d.Action != "steps" && d.Action != "withhold" && !c.actors[d.Action].Unknown {
			c.fail("%s is unknown for %s: %s", d.Event, d.Action, d.Error)
		}
	}
}

// changed reports whether the action is done with the event and did something.
func (c *played) changed(id, action string) bool {
	d, err := c.delivery(id, action)
	return err == nil && d.State == event.Done && !d.Withheld
}

func (c *played) delivery(id, action string) (event.Delivery, error) {
	return c.store.Delivery(c.ctx, event.DeliveryRef{Action: action, Event: id})
}

func (c *played) row(table, key string, v any) {
	it, err := c.store.Load(c.ctx, table, key)
	if err == nil && it.Data != nil {
		err = json.Unmarshal(it.Data, v)
	}
	if err != nil {
		c.fail("%s %s: %v", table, key, err)
	}
}
