package simtest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
)

// form is one of the two events that Stripe makes of an occurrence.
type form struct {
	key    string // the id that it is stored under at first
	signed []byte
	thin   bool
	acked  bool
}

// post is a form on its way.
type post struct {
	*posted
	*form
}

// acknowledged reports whether Stripe need not post any form again.
func (p *posted) acknowledged() bool {
	return !slices.ContainsFunc(p.forms, func(f *form) bool { return !f.acked })
}

// unsigned reports whether the body is none that Stripe signed for the event.
func (p *posted) unsigned(body []byte) bool {
	known := [][]byte{p.body, p.rendering()}
	for _, f := range p.forms {
		known = append(known, f.signed)
	}
	if p.thinID != "" && bytes.Contains(body, []byte(p.thinID)) {
		return false // as it is listed, where it has more members
	}
	return !slices.ContainsFunc(known, func(k []byte) bool { return string(k) == string(body) })
}

// onlySnapshot makes the occurrence one that no destination gets as a thin event.
func (p *posted) onlySnapshot() { p.forms = []*form{{key: p.id, signed: p.body}} }

// shapes decides in which forms the events of a schedule are posted: as snapshots, as
// thin events or as both, and whether thin ones name their snapshot.
type shapes struct {
	rng             *rand.Rand
	snapshots, thin bool
}

// newShapes draws from a separate source, so that what happens does not depend on it.
// Every third schedule has snapshots only.
func newShapes(seed uint64) shapes {
	rng := rand.New(rand.NewPCG(seed, 2)) //nolint:gosec // one seed, one schedule
	n := rng.IntN(6)
	return shapes{rng, n != 2, n > 1}
}

func (s shapes) give(p *posted) {
	p.onlySnapshot()
	named, both := s.rng.IntN(2) == 0, s.rng.IntN(3)
	body, err := fakestripe.Thin(p.body, named)
	if err != nil {
		return // its type has no thin form
	}
	if p.thinID = fakestripe.ThinID(p.id, p.live); !s.thin {
		return // it is only listed
	}
	twin := &form{key: p.thinID, signed: body, thin: true}
	if named {
		twin.key = p.id
	}
	switch {
	case !s.snapshots || both == 0:
		p.forms = []*form{twin}
	case both == 1:
		p.forms = append(p.forms, twin)
	}
}

// fanouts: an occurrence is fanned out once, however many events Stripe made of it: by
// dispatch as a snapshot, or by function fetch.
func (c *played) fanouts() {
	snapshots, fetched := map[string]int{}, map[string]int{}
	for _, change := range c.store.Changes(0, maxChanges) {
		switch s := change.Stored; {
		case !s.ByFetch:
			snapshots[s.ID]++
		case !s.ToFetch:
			fetched[s.ID]++
		}
	}
	for _, p := range c.stripe.posts {
		if n := snapshots[p.id] + fetched[p.id]; n > 1 || n == 0 && !c.held(p) {
			c.fail("%s is fanned out %d times", p.id, n)
		}
		if n := snapshots[p.thinID] + fetched[p.thinID]; n != 0 {
			c.fail("the thin twin %s of %s is fanned out, too", p.thinID, p.id)
		}
	}
	c.occurrences()
}

// occurrences: lists have one event for each, whatever the number of ids.
func (c *played) occurrences() {
	want, got := map[string]bool{}, map[string]bool{}
	for _, p := range c.stripe.posts {
		if !p.odd {
			want[p.id] = true
		}
	}
	for s, err := range event.ReceivedBetween(c.ctx, c.store, begin.AddDate(0, 0, -1), c.now.AddDate(0, 0, 1)) {
		if err != nil {
			c.fail("list of events: %v", err)
			return
		}
		got[s.ID] = true
	}
	for _, p := range c.stripe.posts {
		if c.held(p) { // its twin cannot know
			delete(got, p.thinID)
		}
	}
	if fmt.Sprint(want) != fmt.Sprint(got) {
		c.fail("listed are %v, and what happened is %v", got, want)
	}
}
