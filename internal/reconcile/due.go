package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

const (
	// quiet is how long the sweep waits for a delivery that it sent.
	quiet = 15 * time.Minute
	// late is when a due delivery counts as overdue.
	late = 30 * time.Minute
	// duePage is how many entries are read at once, which takes one request, and most
	// of them are held back where an action cannot take them.
	duePage = 1000
)

// Queues says what waits for each action. Safe for concurrent use.
type Queues interface {
	Backlog(ctx context.Context, action string) (event.Backlog, error)
}

// Due redelivers the waiting deliveries whose time has come. One run at a time.
type Due struct {
	Store  event.Store
	Ledger event.Ledger
	Bus    event.Bus
	Queues Queues // nil: nothing is known of them, every action takes redeliveries

	run     *Run
	actions *actions
	shards  []*dueShard
	checked int
	DueReport
}

// DueReport is what one run of Due did.
type DueReport struct {
	Sent    int `json:"sent"`    // deliveries sent again
	Overdue int `json:"overdue"` // deliveries more than half an hour late
	Held    int `json:"held"`    // due deliveries that an action's backlog keeps waiting
	Ended   int `json:"ended"`   // deliveries of actions that were removed
}

// dueShard is one shard's list. Its cursor is at the beginning unless a run had to leave
// the list; then the next one continues.
type dueShard struct {
	*Cursor[dueProgress]
	due     *Due
	shard   int
	before  time.Time // what is due before then
	arrived bool
	moved   bool
}

type dueProgress struct {
	At   event.Position `json:"at,omitzero"`
	Done time.Time      `json:"done,omitzero"` // when a list with something in it ended last
	Backoff
}

// Name implements Sweep.
func (*Due) Name() string { return "due" }

// Begin implements Sweep.
func (d *Due) Begin(ctx context.Context, run *Run) (*Work, error) {
	d.run, d.checked, d.DueReport, d.shards = run, 0, DueReport{}, nil
	d.actions = d.known(ctx)
	work := &Work{Complete: d.complete, Counts: d.counts}
	for n := range event.UnfinishedShards {
		c, err := CursorOf[dueProgress](run, shardKey(d.Name(), n))
		if err != nil {
			run.Report(err)
			continue
		}
		s := &dueShard{Cursor: c, due: d, shard: n, before: run.now().Add(time.Millisecond)}
		d.shards = append(d.shards, s)
		if run.Now || !c.At.Rests(run.now()) {
			work.Parts = append(work.Parts, s)
		}
	}
	// Those that a run had to leave come first, then those that waited longest.
	slices.SortStableFunc(work.Parts, func(a, b Part) int { return a.(*dueShard).compare(b.(*dueShard)) }) //nolint:forcetypeassert // all are
	return work, nil
}

func (s *dueShard) compare(o *dueShard) int {
	if left := !s.At.At.IsZero(); left != !o.At.At.IsZero() {
		return map[bool]int{true: -1, false: 1}[left]
	}
	return s.At.Done.Compare(o.At.Done)
}

func (d *Due) counts() Counts {
	return Counts{"checked": d.checked, "sent": d.Sent, "overdue": d.Overdue, "held": d.Held, "ended": d.Ended}
}

// complete is now if every shard's list was gone through.
func (d *Due) complete() time.Time {
	if len(d.shards) < event.UnfinishedShards || slices.ContainsFunc(d.shards, func(s *dueShard) bool { return !s.arrived }) {
		return time.Time{}
	}
	return d.run.now()
}

// Page implements Part.
func (s *dueShard) Page(ctx context.Context) (more bool, err error) {
	began := s.At.At
	q := event.Unfinished{State: event.Waiting, Shard: s.shard, Before: s.before, After: began, Limit: duePage}
	page, err := s.due.Ledger.Unfinished(ctx, q)
	if err != nil {
		return false, fmt.Errorf("what is due: %w", err)
	}
	done, err := s.due.visit(ctx, page.Items)
	err = errors.Join(err, s.due.actions.save(ctx, s.due.Ledger))
	switch {
	case done < len(page.Items):
		if done > 0 {
			s.At.At = page.Items[done-1].Position()
		}
	case page.Next.IsZero():
		s.At.At, s.arrived = event.Position{}, true
		if now := s.due.run.now(); done > 0 && now.Sub(s.At.Done) >= idle {
			s.At.Done, s.moved = now, true
		}
	default:
		s.At.At = page.Next
	}
	if err == nil && (s.At.At != began || s.At.Fails > 0 || s.moved) {
		s.moved = false
		s.At.Succeed()
		err = s.Save(ctx, s.due.Ledger)
	}
	return err == nil && !s.arrived, err
}

// Fail implements Part.
func (s *dueShard) Fail(ctx context.Context, err error) error {
	s.At.Fail(s.due.run.now(), shardRests)
	return errors.Join(fmt.Errorf("%s: %w", s.Key, err), afterwards(ctx, s.Save, s.due.Ledger))
}
