package reconcile

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// thinPrefix of the cursors of thin events: missing-thin/live/own. It does not begin
// with missingPrefix, whose cursors are another type.
const thinPrefix = "missing-thin/"

// thinProgress is how far the thin events of one scope are known to be complete.
type thinProgress struct {
	event.Scope
	At     time.Time   `json:"at"`               // everything created before is ours, but for what was young then
	Next   time.Time   `json:"next"`             // when they are listed again
	Window *thinWindow `json:"window,omitempty"` // that a run had to leave
}

// thinScope is a scope whose thin events are to be listed.
type thinScope struct {
	*Cursor[thinProgress]
	snapshots *progress // of the same scope
}

// thinDue returns the scopes whose thin events are due, those that wait longest first,
// and begins what is new where its snapshots are.
func (m *Missing) thinDue(ctx context.Context, scopes []*Cursor[progress]) (due []thinScope, err error) {
	if m.Thin == nil {
		return nil, nil
	}
	known, err := ScanCursors[thinProgress](ctx, m.Ledger, thinPrefix)
	if err != nil {
		return nil, err
	}
	for _, s := range scopes {
		key := thinPrefix + s.At.Text()
		c, ok := known[key]
		if !ok {
			c = &Cursor[thinProgress]{Key: key, At: thinProgress{Scope: s.At.Scope, At: s.At.At}}
			if err := c.Save(ctx, m.Ledger); err != nil && !errors.Is(err, event.ErrConflict) {
				return nil, err // on a conflict, another run was faster; ours ends at its next save
			}
		}
		wait := c.At.Next.Sub(m.Now())
		if m.Complete || wait <= 0 || wait > fullEvery { // longer: our clock was ahead
			due = append(due, thinScope{c, &s.At})
		}
	}
	slices.SortFunc(due, func(a, b thinScope) int {
		return cmp.Or(a.At.Next.Compare(b.At.Next), strings.Compare(a.At.Account, b.At.Account))
	})
	return due, nil
}

// thinEvents lists the thin events of each scope.
func (m *Missing) thinEvents(ctx context.Context, due []thinScope, chunks [][]string, b *budget, r *Fetched) (failed error) {
	for _, s := range due {
		err := m.lookThin(ctx, s, chunks, b, r)
		if errors.Is(err, errBudget) {
			return failed
		}
		if refusedForGood(err) {
			s.At.Window, s.At.Next = nil, m.Now().Add(fullEvery)
			if saved := s.Save(ctx, m.Ledger); saved != nil {
				err = errors.Join(err, saved)
			}
		}
		failed = errors.Join(failed, m.tolerate(ctx, s.At.Scope, m.withoutDenied(ctx, s.At.Scope, err, r)))
	}
	return failed
}

// lookThin lists the thin events of a scope since the last listing.
func (m *Missing) lookThin(ctx context.Context, s thinScope, chunks [][]string, b *budget, r *Fetched) error {
	p := &s.At
	l := thinLister{m.Thin, p.Scope, b}
	if m.mustBegin(p.Window, chunks) {
		p.Window = m.beginThin(p.At, chunks)
	}
	for p.Window.Chunk < len(chunks) {
		if err := l.page(ctx, p.Window, chunks, func(body []byte) error { return m.acceptOnce(ctx, p.Scope, body, r) }); err != nil {
			return err
		}
		m.thinGap(ctx, s, r)
		p.Next = m.Now() // behind the scopes that wait longer
		if err := s.Save(ctx, m.Ledger); err != nil {
			return err
		}
	}
	p.At, p.Next, p.Window = p.Window.To, p.Window.To.Add(fullEvery), nil
	return s.Save(ctx, m.Ledger)
}

// mustBegin reports whether a window cannot be continued. One that ends later than now
// was begun by a clock that was ahead: of its first chunks, nothing newer was listed.
func (m *Missing) mustBegin(w *thinWindow, chunks [][]string) bool {
	return w == nil || w.Types != digest(chunks) || w.To.After(m.Now()) || m.expired(w.From, 24*time.Hour)
}

// beginThin opens the window after the last one, which ended at. Stripe's memory bounds
// it.
func (m *Missing) beginThin(at time.Time, chunks [][]string) *thinWindow {
	now := m.Now().Truncate(time.Second)
	from := earlier(at, now).Add(-overlap)
	if m.expired(from, 0) {
		from = now.Add(-event.StripeRetention)
	}
	return newThinWindow(from, now, chunks)
}

// thinGap raises the alarm if the window begins later than the last one ended, once, and
// not if the snapshots have the same gap.
func (m *Missing) thinGap(ctx context.Context, s thinScope, r *Fetched) {
	p, from := &s.At, s.At.Window.From
	if !p.At.Before(from) {
		return
	}
	if !m.expired(s.snapshots.At, 0) && from.Sub(s.snapshots.Lost) > 24*time.Hour {
		m.gap(ctx, p.Scope, p.At, from, r)
	}
	p.At = from
}
