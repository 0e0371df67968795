package simtest

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
)

// effects: at most once, at least once where chosen, and what is done was done.
func (c *played) effects() {
	for key, n := range c.outside.sent {
		again := strings.HasPrefix(key, "again/") && c.pace != crowded
		if n > 1 && !again && !strings.HasPrefix(key, "fetch/") {
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
			c.fail("there is no mail about %s and nobody says why", p.subject)
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
	want := map[string]int{}
	for _, p := range c.stripe.posts {
		for _, kind := range []string{"tally", "picky", "steps", "withhold"} {
			if d, err := c.delivery(p.id, kind); err == nil && d.Committed {
				want[event.Scope{Livemode: p.live}.Key(kind, p.subject)]++
			}
		}
	}
	for key, n := range want {
		var t tally
		if c.row("tallies", key, &t); t.Events != n {
			c.fail("%s was changed %d times by %d deliveries", key, t.Events, n)
		}
	}
}

// undisturbed: the business state is that of a run without any fault, in
// which everything comes once and in order.
func (c *played) undisturbed(seed uint64) {
	w := newWorld(seed, true, false)
	defer w.end()
	for _, p := range w.stripe.posts {
		p.never = false
		w.now = p.created
		w.deliverWebhook()
	}
	if err := w.drain(); err != nil {
		c.fail("undisturbed: %v", err)
		return
	}
	for _, table := range business {
		got, want := c.rows(table), (&played{world: w, ctx: c.ctx}).rows(table)
		keys := maps.Clone(got)
		maps.Copy(keys, want)
		for key := range keys {
			if got[key] != want[key] {
				c.fail("%s %s is\n%s\nand undisturbed\n%s", table, key, got[key], want[key])
			}
		}
	}
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

// audit: the stored events account for every row of an action, by the
// harness's own fold. Which action is up to the seed: all would take long.
func (c *played) audit(seed uint64) {
	name := actions[seed%uint64(len(actions))]
	h := c.handlers[name]
	var ids []string
	for _, p := range c.stripe.posts {
		if !c.held(p) {
			ids = append(ids, p.id)
		}
	}
	reply, err := h.Audit(c.ctx, delivery.AuditRequest{Events: ids})
	if err != nil {
		c.fail("audit %s: %v", name, err)
		return
	}
	folds := map[[2]string]*delivery.AuditFold{}
	for i, t := range reply.Touched {
		if t.Error != "" {
			c.fail("audit %s of %s: %s", name, ids[i], t.Error)
		}
		for _, row := range t.Rows {
			if folds[row] == nil {
				folds[row] = &delivery.AuditFold{Table: row[0], Key: row[1]}
			}
			folds[row].Events = append(folds[row].Events, ids[i])
		}
	}
	for _, f := range folds {
		c.folded(h, *f)
	}
}

func (c *played) folded(h *delivery.Handler, f delivery.AuditFold) {
	reply, err := h.Audit(c.ctx, delivery.AuditRequest{Folds: []delivery.AuditFold{f}})
	if err != nil {
		c.fail("audit %s %s: %v", f.Table, f.Key, err)
		return
	}
	it, err := c.store.Load(c.ctx, f.Table, f.Key)
	if err != nil || !sameJSON(it.Data, reply.Folded[0]) {
		c.fail("%s %s is\n%s\nand by its events\n%s %v", f.Table, f.Key, it.Data, reply.Folded[0], err)
		return
	}
	c.seen["audited"]++
}

// sameJSON compares whatever the order of the fields.
func sameJSON(a, b json.RawMessage) bool {
	var x, y map[string]any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	m, errM := json.Marshal(x)
	n, errN := json.Marshal(y)
	return errM == nil && errN == nil && string(m) == string(n)
}
