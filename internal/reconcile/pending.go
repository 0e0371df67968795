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
	// publishAtOnce is how many events are published before the time is looked at.
	publishAtOnce = 100
	// mostLeft is how many events of a shard may fail before the walk stops: so many
	// are no fault of theirs.
	mostLeft = 100
)

// Pending publishes the events that dispatch has not: those that the bus never
// had. One run at a time.
type Pending struct {
	Store  event.Store
	Ledger event.Ledger
	Bus    event.Bus
	// Seen gets the facts of every event that a run looks at; nil for no one.
	Seen func(event.Facts)

	run   *Run
	walks []*walk
	PendingReport
	checked  int
	unlisted error // why no subscribers are known in this run
}

// PendingReport is what one run of Pending did.
type PendingReport struct {
	Published int `json:"published"` // events that the bus did not have
}

// Name implements Sweep.
func (*Pending) Name() string { return "pending" }

// Begin implements Sweep.
func (p *Pending) Begin(_ context.Context, run *Run) (*Work, error) {
	p.run, p.PendingReport, p.checked, p.unlisted = run, PendingReport{}, 0, nil
	var parts []Part
	p.walks, parts = newWalks(run, p.Name(), func(w *walk) {
		w.store, w.ledger, w.visit = p.Store, p.Ledger, p.visit
		w.to = run.fannedOut
	})
	return &Work{
		Parts: parts, Complete: func() time.Time { return complete(run, p.walks) },
		Counts: func() Counts { return Counts{"checked": p.checked, "published": p.Published} },
	}, nil
}

// behind is before when the events of a shard were received of which none is pending, but
// those that failed: as of this run, or of the last.
func (p *Pending) behind(run *Run, shard int) time.Time {
	for _, w := range p.walks {
		if w.shard == shard {
			return w.At.At.At
		}
	}
	c, err := CursorOf[receipts](run, shardKey(p.Name(), shard))
	if err != nil {
		return time.Time{} // named by its own sweep
	}
	return c.At.At.At
}

// visit publishes the pending ones. One that fails is left for the next run, and so many
// that it is no fault of theirs stop the walk.
func (p *Pending) visit(ctx context.Context, w *walk, found []event.Stored) (done int, err error) {
	if err := p.retryLeft(ctx, w); err != nil {
		return 0, err
	}
	for chunk := range slices.Chunk(found, publishAtOnce) {
		if done > 0 && !p.run.Time() {
			return done, nil
		}
		failed, unlisted, err := p.publish(ctx, p.look(w, chunk))
		w.kept = w.kept || len(unlisted) > 0 // the cursor stays before them
		if len(w.At.Left)+len(failed) > mostLeft {
			return done, errors.Join(err, errTooMany)
		}
		p.run.Report(err)
		if len(failed) > 0 {
			w.At.Left, w.moved = append(w.At.Left, failed...), true
		}
		done += len(chunk)
	}
	return done, nil
}

// errTooMany: what is left of a shard has the next run's attention first.
var errTooMany = errors.New("more than 100 events failed or wait for their fetch: the rest waits for them")

// look returns the pending ones among the events, without those that are left.
func (p *Pending) look(w *walk, found []event.Stored) (pending []event.Stored) {
	for _, s := range found {
		p.checked++
		if p.Seen != nil {
			p.Seen(s.Facts)
		}
		if s.Pending && !s.Expired(p.run.now()) && !slices.Contains(w.At.Left, s.ID) {
			pending = append(pending, s)
		}
	}
	return pending
}

// retryLeft tries again, once a run, what failed before. What was published meanwhile,
// the walk of those without a record has passed: so its deliveries are recorded here.
func (p *Pending) retryLeft(ctx context.Context, w *walk) error {
	if w.again || len(w.At.Left) == 0 {
		return nil
	}
	w.again = true
	found, err := p.Store.Events(ctx, w.At.Left)
	if errors.Is(err, event.ErrInvalid) {
		p.run.Report(err) // named, and not tried again
		err = nil
	}
	if err != nil {
		return fmt.Errorf("events that failed before: %w", err)
	}
	var again []event.Stored
	for _, id := range w.At.Left {
		if s, ok := found[id]; ok && !s.Expired(p.run.now()) {
			again = append(again, s)
		}
	}
	failed, unlisted, err := p.publish(ctx, again)
	w.At.Left, w.moved = append(failed, unlisted...), true
	if len(w.At.Left) == mostLeft {
		return err
	}
	p.run.Report(err)
	return nil
}
