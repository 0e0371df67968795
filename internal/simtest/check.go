package simtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/order"
	"github.com/payhooks/payhooks/internal/webhook"
)

// Failure is a schedule that broke a promise.
type Failure struct {
	Seed   uint64
	Broken []string
	Trace  []string
}

func (f *Failure) Error() string {
	return fmt.Sprintf("seed %d: %s\n%s", f.Seed, strings.Join(f.Broken, "\n"), strings.Join(f.Trace, "\n"))
}

// Run plays one schedule and returns a *Failure if a promise was broken.
func Run(seed uint64) error {
	w := newWorld(seed)
	for range 40 + w.rng.IntN(160) {
		w.step()
	}
	err := w.drain()
	broken := w.check()
	if err != nil {
		broken = append(broken, err.Error())
	}
	if len(broken) > 0 {
		return &Failure{seed, broken, w.trace}
	}
	return nil
}

// settled reports whether nothing is on its way any more.
func (w *world) settled() bool { return len(w.unsettled()) == 0 }

func (w *world) unsettled() []string {
	ctx := context.Background()
	var left []string
	for _, p := range w.stripe.posts {
		s, err := w.store.Get(ctx, p.id)
		if errors.Is(err, event.ErrNotFound) && p.odd {
			continue
		}
		if err != nil {
			left = append(left, p.id+": "+err.Error())
			continue
		}
		ds, _ := w.store.Deliveries(ctx, p.id)
		waits := slices.ContainsFunc(ds, func(d event.Delivery) bool { return d.State == event.Waiting })
		if waits || s.Pending || len(ds) < len(actions) {
			left = append(left, fmt.Sprintf("%s (pending %t): %+v", p.id, s.Pending, ds))
		}
	}
	return left
}

// check returns every promise that does not hold.
func (w *world) check() []string {
	c := &checker{world: w, ctx: context.Background()}
	c.intake()
	c.effects()
	c.state()
	return c.broken
}

type checker struct {
	*world
	ctx    context.Context
	broken []string
}

func (c *checker) fail(format string, args ...any) {
	c.broken = append(c.broken, fmt.Sprintf(format, args...))
}

// intake: a 2xx means durable and whole; no one gets in.
func (c *checker) intake() {
	for _, p := range c.stripe.posts {
		s, err := c.store.Get(c.ctx, p.id)
		if p.odd {
			if _, err := c.store.Held(c.ctx, "default", p.id); p.acked && err != nil {
				c.fail("%s was acknowledged and is not quarantined: %v", p.id, err)
			}
			continue
		}
		if err != nil || !bytes.Equal(s.Body, p.body) {
			c.fail("%s was acknowledged and is not stored as it was signed: %v", p.id, err)
		}
	}
	for id := range c.stripe.forged {
		if _, err := c.store.Get(c.ctx, id); !errors.Is(err, event.ErrNotFound) {
			c.fail("%s was stored although its signature was not good: %v", id, err)
		}
	}
}

// effects: at most once, at least once where chosen, and what is done was done.
func (c *checker) effects() {
	for key, n := range c.outside.sent {
		if n > 1 && !strings.HasPrefix(key, "again/") {
			c.fail("%s happened %d times", key, n)
		}
	}
	for _, p := range c.stripe.posts {
		if p.odd {
			continue
		}
		s, _ := c.store.Get(c.ctx, p.id)
		for name, keys := range map[string][]string{"mail": {"mail/" + s.Subject}, "again": {"again/" + p.id}, "steps": {"one/" + p.id, "two/" + p.id}} {
			d, err := c.store.Delivery(c.ctx, p.id, name)
			if err != nil || d.State != event.Done || strings.HasPrefix(d.Outcome, "ignored") {
				continue
			}
			for _, key := range keys {
				if c.outside.sent[key] == 0 {
					c.fail("%s is done for %s and %s never happened", p.id, name, key)
				}
			}
		}
		if d, err := c.store.Delivery(c.ctx, p.id, "again"); err != nil || d.State != event.Done {
			c.fail("%s: at least once was not done: %+v %v", p.id, d, err)
		}
	}
}

// state: each change exactly once, and the same as without any fault.
func (c *checker) state() {
	want, orders := map[string]int{}, map[string]order.Order{}
	for _, p := range c.stripe.posts {
		if p.odd {
			continue
		}
		f, _ := webhook.Parse(p.body)
		for _, name := range []string{"count", "steps"} {
			if d, err := c.store.Delivery(c.ctx, p.id, name); err == nil && d.State == event.Done && !strings.HasPrefix(d.Outcome, "ignored") {
				want[f.Subject]++
			}
		}
		if d, err := c.store.Delivery(c.ctx, p.id, "count"); err != nil || d.State != event.Done {
			c.fail("%s was not counted: %+v %v", p.id, d, err)
		}
		var e facts.Event
		if err := e.DecodeEvent(f, p.body); err != nil {
			c.fail("%s: %v", p.id, err)
			continue
		}
		key, _ := order.Key(e)
		orders[key] = order.Merge(orders[key], e)
	}
	for subject, n := range want {
		var t tally
		if c.row("counts", subject, &t); t.Events != n {
			c.fail("%s was changed %d times by %d deliveries", subject, t.Events, n)
		}
	}
	for key, o := range orders {
		var got order.Order
		c.row("orders", key, &got)
		g, _ := json.Marshal(got)
		if u, _ := json.Marshal(o); !bytes.Equal(g, u) {
			c.fail("order %s is\n%s\nand undisturbed\n%s", key, g, u)
		}
	}
}

func (c *checker) row(table, key string, v any) {
	it, err := c.store.Load(c.ctx, table, key)
	if err == nil && it.Data != nil {
		err = json.Unmarshal(it.Data, v)
	}
	if err != nil {
		c.fail("%s %s: %v", table, key, err)
	}
}
