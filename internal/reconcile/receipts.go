package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

const (
	// Grace is how long fan-out and first attempt may take before a sweep looks
	// after them.
	Grace = 15 * time.Minute
	// lookBack is how far back the first walk of a new stack looks.
	lookBack = 72 * time.Hour
	// walkPage is how many events a walk reads at once: one request of the index.
	walkPage = 1000
	// idle is how long a cursor stays where it is as long as nothing comes, so that a
	// quiet stack writes nothing.
	idle = 5 * time.Minute
)

// receipts is how far a sweep over the events of one shard is.
type receipts struct {
	At event.Position `json:"at,omitzero"` // everything received before is handled, but for Left
	// Left are events that failed and are tried again in every run.
	Left []string `json:"left,omitempty"`
	// Subscribed counts the subscribers of the events before At, by action.
	Subscribed map[string]int `json:"subscribed,omitempty"`
	Backoff
}

// walk goes over the events of one shard in the order of their receipt, a page at a time.
type walk struct {
	*Cursor[receipts]
	shard  int
	run    *Run
	store  event.Store
	ledger event.Ledger
	// to is before when the events were received that it handles.
	to func() time.Time
	// visit handles events in their order and returns how many it has done: fewer
	// when the time is over. An error stops the walk behind them.
	visit func(context.Context, *walk, []event.Stored) (done int, err error)

	at      event.Position // how far this run is
	saved   time.Time      // of the position that was saved last
	moved   bool           // something else of the row changed
	arrived bool           // nothing is left
	kept    bool           // the cursor stays: what is behind it is to be done again
	again   bool           // Left was tried again in this run
}

// newWalks returns a walk for each shard, and as parts those that are not left alone.
func newWalks(run *Run, name string, fill func(*walk)) (all []*walk, parts []Part) {
	for n := range event.ReceiptShards {
		c, err := CursorOf[receipts](run, shardKey(name, n))
		if err != nil {
			run.Report(err)
			continue
		}
		w := &walk{Cursor: c, shard: n, run: run, saved: c.At.At.At}
		fill(w)
		if w.At.At.IsZero() {
			w.At.At = event.Position{At: run.now().Add(-Grace - lookBack)}
		}
		w.at = w.At.At
		all = append(all, w)
		if run.Now || !w.At.Rests(run.now()) {
			parts = append(parts, w)
		}
	}
	return all, parts
}

// complete is since when the walks are complete: now, or unknown.
func complete(run *Run, walks []*walk) time.Time {
	for _, w := range walks {
		if !w.arrived || w.kept || len(w.At.Left) > 0 {
			return time.Time{}
		}
	}
	if len(walks) < event.ReceiptShards {
		return time.Time{}
	}
	return run.now()
}

// Page implements Part.
func (w *walk) Page(ctx context.Context) (more bool, err error) {
	to := w.to()
	if !w.at.At.Before(to) {
		w.arrived = true
		return false, w.save(ctx, false)
	}
	page, err := w.read(ctx, to)
	if err != nil {
		return false, err
	}
	done, err := w.visit(ctx, w, page.Items)
	switch {
	case done < len(page.Items):
		if done > 0 {
			w.at = positionOf(page.Items[done-1])
		}
		more = err == nil
	case page.Next.IsZero():
		w.at, w.arrived = event.Position{At: to}, true
	default:
		w.at, more = page.Next, true
	}
	saved := w.save(ctx, done > 0)
	return more && saved == nil, errors.Join(err, saved)
}

// read returns the next page. An event that cannot be read is named and passed: it would
// stop all that come after.
func (w *walk) read(ctx context.Context, to time.Time) (event.Page[event.Stored], error) {
	q := event.Receipts{Shard: w.shard, From: w.at.At, To: to, Limit: walkPage}
	if w.at.ID != "" {
		q.After = w.at
	}
	page, err := w.store.Received(ctx, q)
	if errors.Is(err, event.ErrInvalid) {
		w.run.Report(err)
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("events received: %w", err)
	}
	return page, err
}

// save moves the cursor, unless it is to stay, or has nothing to say.
func (w *walk) save(ctx context.Context, handled bool) error {
	if !w.kept {
		w.At.At = w.at
	}
	if w.At.Fails > 0 {
		w.At.Succeed()
		w.moved = true
	}
	if !w.moved && (w.kept || !handled && w.At.At.At.Sub(w.saved) < idle) {
		return nil
	}
	w.moved, w.saved = false, w.At.At.At
	return w.Save(ctx, w.ledger)
}

// Fail implements Part.
func (w *walk) Fail(ctx context.Context, err error) error {
	w.At.Fail(w.run.now(), shardRests)
	return errors.Join(fmt.Errorf("%s: %w", w.Key, err), afterwards(ctx, w.Save, w.ledger))
}

func positionOf(s event.Stored) event.Position { return event.Position{At: s.Received, ID: s.ID} }
