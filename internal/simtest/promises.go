package simtest

import (
	"maps"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// effects: at most once, at least once where chosen, and what is done was done.
func (c *played) effects() {
	for key, n := range c.outside.sent {
		again := strings.HasPrefix(key, "again/") && c.pace != crowded
		if n > 1 && !again {
			c.fail("%s happened %d times", key, n)
		}
	}
	for _, p := range c.stripe.posts {
		for name, keys := range map[string][]string{"mail": {"mail/" + p.subject}, "again": {"again/" + p.id}, "steps": {"one/" + p.id, "two/" + p.id}} {
			for _, key := range keys {
				if c.changed(p.id, name) && c.outside.sent[key] == 0 {
					c.fail("%s is done for %s and %s never happened", p.id, name, key)
				}
			}
		}
		if !c.held(p) && c.outside.sent["mail/"+p.subject] == 0 && !c.excused(p.subject) {
			c.fail("there is no mail about %s and no recorded reason", p.subject)
		}
	}
}

// excused reports whether some delivery accounts for the mail that was not
// sent.
func (c *played) excused(subject string) bool {
	return slices.ContainsFunc(c.stripe.posts, func(p *posted) bool {
		d, err := c.delivery(p.id, "mail")
		return p.subject == subject && err == nil && (d.State == event.Unknown || d.State == event.Parked)
	})
}

// tallies: each change of state exactly once.
func (c *played) tallies() {
	for _, name := range []string{"tally", "picky", "steps", "withhold"} {
		want := map[string]int{}
		for _, p := range c.stripe.posts {
			if d, err := c.delivery(p.id, name); err == nil && d.Committed {
				want[event.Scope{Livemode: p.live}.Key(name, p.subject)]++
			}
		}
		for key, n := range want {
			var t tally
			if c.row(tallies(name), key, &t); t.Events != n {
				c.fail("%s was changed %d times by %d deliveries", key, t.Events, n)
			}
		}
	}
}

// undisturbed: the business state is that of a run without any fault, in
// which everything comes once and in order.
func (c *played) undisturbed(seed uint64) {
	w := newWorld(c.plan, seed, true, false)
	defer w.end()
	for _, p := range w.stripe.posts {
		p.onlySnapshot()
	}
	for _, p := range w.stripe.posts {
		p.never = false
		w.now = p.created
		w.deliverWebhook()
	}
	if err := w.drain(); err != nil {
		c.fail("undisturbed: %v", err)
		return
	}
	for _, table := range c.tables() {
		got, want := c.rows(table), (&played{world: w, ctx: c.ctx}).rows(table)
		keys := maps.Clone(got)
		maps.Copy(keys, want)
		for key := range keys {
			if got[key] != want[key] {
				c.fail("%s %s is\n%s\nand undisturbed\n%s", table, key, got[key], want[key])
			}
		}
	}
	for _, a := range c.plan.Actors {
		if a.Check == nil {
			continue
		}
		for _, wrong := range a.Check(Ended{c, w.outside.sent}) {
			c.fail("%s: %s", a.Name, wrong)
		}
	}
}

// tables are those of the plan's actors.
func (c *played) tables() (all []string) {
	for _, a := range c.plan.Actors {
		all = append(all, a.Tables...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (c *played) rows(table string) map[string]string {
	all := map[string]string{}
	for row, err := range c.store.Scan(c.ctx, table) {
		if err != nil {
			c.fail("%s: %v", table, err)
		}
		all[row.Key] = string(row.Data)
	}
	return all
}

// audit: the stored events account for every row of an action, by the operator's
// own audit. Which action is up to the seed: all would take long.
func (c *played) audit(seed uint64) {
	name := c.names[seed%uint64(len(c.names))]
	r, err := c.operator(c.store, c.store).Audit(c.ctx, operator.Audit{Action: name})
	if err != nil {
		c.fail("audit %s: %v", name, err)
		return
	}
	for _, f := range r.Findings {
		if f.Verdict != operator.Unprovable || f.Error != "" {
			c.fail("audit: %s %s %s is %s and by its events\n%s\nbut is\n%s\n%s", name, f.Table, f.Key, f.Verdict, f.Recomputed, f.Actual, f.Error)
		}
	}
	c.seen["audited"] += r.Checked
}
