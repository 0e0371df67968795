package status

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/parallel"
)

// ahead is how far from now the due time of a delivery may be.
const ahead = 10 * 365 * 24 * time.Hour

// group is the deliveries of one action in one state.
type group struct {
	action string
	state  event.State
}

// tally counts a group.
type tally struct {
	count, overdue int
	oldest         time.Time   // the earliest Next
	newest         []event.Due // up to a batch, for the reasons
}

func (t *tally) add(d event.Due, overdue bool) {
	t.count++
	t.oldest = earliest(t.oldest, d.Next)
	if overdue {
		t.overdue++
	}
	if t.newest = append(t.newest, d); len(t.newest) > 2*batch {
		t.newest = slices.Clone(t.newest[len(t.newest)-batch:])
	}
}

// merge adds the counts of another partition.
func (t *tally) merge(o *tally) {
	t.count, t.overdue, t.oldest = t.count+o.count, t.overdue+o.overdue, earliest(t.oldest, o.oldest)
	t.keepNewest(o.newest)
}

// keepNewest adds deliveries to those for the reasons, each once.
func (t *tally) keepNewest(ds []event.Due) {
	t.newest = append(t.newest, ds...)
	slices.SortFunc(t.newest, func(a, b event.Due) int { return b.Position().Compare(a.Position()) })
	t.newest = slices.Compact(t.newest)
	t.newest = t.newest[:min(batch, len(t.newest))]
}

// partition is one of the index of unfinished deliveries.
type partition struct {
	state event.State
	shard int
}

// readDeliveries counts the unfinished deliveries, and then finds the reasons.
func (r *reading) readDeliveries(ctx context.Context) error {
	states := []event.State{event.Waiting, event.Parked, event.Unknown}
	if r.all {
		states = append(states, event.Discarded)
	}
	var all []partition
	for _, s := range states {
		for n := range event.UnfinishedShards {
			all = append(all, partition{s, n})
		}
	}
	err := parallel.Each(ctx, readers, all, r.readPartition)
	r.overall()
	if err != nil {
		return fmt.Errorf("count unfinished deliveries: %w", err)
	}
	if !r.all {
		return nil
	}
	return r.readReasons(ctx)
}

// overall adds up what is said of all actions together.
func (r *reading) overall() {
	s := &r.status
	for g, t := range r.tallies {
		s.Overdue += t.overdue
		switch {
		case g.state == event.Unknown:
			s.OldestUnknown = earliest(s.OldestUnknown, t.oldest)
		case g.state == event.Parked:
			s.OldestParked = earliest(s.OldestParked, t.oldest)
		case t.overdue > 0 && g.state == event.Waiting:
			s.OldestOverdue = earliest(s.OldestOverdue, t.oldest)
		}
	}
}

// readPartition counts one partition, the earliest first.
func (r *reading) readPartition(ctx context.Context, p partition) error {
	found := map[group]*tally{}
	q := event.Unfinished{State: p.state, Shard: p.shard, Before: r.now.Add(ahead), Limit: pageSize}
	for page := 0; ; page++ {
		if page == r.pages {
			return r.restOfPartition(ctx, q, found)
		}
		got, err := r.Ledger.Unfinished(ctx, q)
		if err != nil {
			return err
		}
		for _, d := range got.Items {
			g := group{d.Action, p.state}
			if found[g] == nil {
				found[g] = &tally{}
			}
			found[g].add(d, p.state == event.Waiting && r.now.Sub(d.Next) > operator.OverdueAfter)
		}
		if q.After = got.Next; q.After.IsZero() {
			r.merge(found)
			return nil
		}
	}
}

// restOfPartition ends the counting of a partition that has more. The newest of it are
// read for the reasons.
func (r *reading) restOfPartition(ctx context.Context, q event.Unfinished, found map[group]*tally) error {
	r.merge(found)
	r.locked(func() { r.status.AtLeast = true })
	if !r.all {
		return nil
	}
	q.After, q.Newest, q.Limit = event.Position{}, true, batch
	page, err := r.Ledger.Unfinished(ctx, q)
	if err != nil {
		return err
	}
	newest := map[group]*tally{}
	for _, d := range page.Items {
		g := group{d.Action, q.State}
		if newest[g] == nil {
			newest[g] = &tally{}
		}
		newest[g].newest = append(newest[g].newest, d)
	}
	r.merge(newest)
	return nil
}

func (r *reading) merge(found map[group]*tally) {
	r.locked(func() {
		for g, t := range found {
			if r.tallies[g] == nil {
				r.tallies[g] = &tally{}
			}
			r.tallies[g].merge(t)
		}
	})
}
