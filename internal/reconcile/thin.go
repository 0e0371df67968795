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
	// Refused: Stripe does not list them to us.
	Refused bool `json:"refused,omitempty"`
	Backoff
}

// thinPart lists the thin events of one scope.
type thinPart struct {
	*Cursor[thinProgress]
	missing   *Missing
	snapshots *scopePart // of the same scope
}

// openThin opens the thin events of each scope, those that wait longest first, and begins
// what is new where its snapshots are.
func (m *Missing) openThin(ctx context.Context) error {
	m.thin = nil
	if m.Thin == nil {
		return nil
	}
	known, unreadable := CursorsOf[thinProgress](m.run, thinPrefix)
	m.run.Report(unreadable)
	for _, s := range m.scopes {
		key := thinPrefix + s.At.Text()
		c, ok := known[key]
		if !ok {
			c = &Cursor[thinProgress]{Key: key, At: thinProgress{Scope: s.At.Scope, At: s.At.At, Next: m.Now()}}
			if err := c.Save(ctx, m.Ledger); err != nil && !errors.Is(err, event.ErrConflict) {
				return err // on a conflict, another run was faster; ours ends at its next save
			}
		}
		m.thin = append(m.thin, &thinPart{c, m, s})
	}
	slices.SortFunc(m.thin, func(a, b *thinPart) int {
		return cmp.Or(a.At.Next.Compare(b.At.Next), strings.Compare(a.At.Account, b.At.Account))
	})
	return nil
}

// due reports whether it is time to list them again. A wait that is longer than there is
// was made by a clock that was ahead.
func (s *thinPart) due() bool {
	wait := s.At.Next.Sub(s.missing.Now())
	return s.missing.run.Now || wait <= 0 || wait > fullEvery
}

// Page implements Part.
func (s *thinPart) Page(ctx context.Context) (more bool, err error) {
	m, p := s.missing, &s.At
	l, chunks := thinLister{m.Thin, p.Scope, m.use}, m.types.thin()
	if m.mustBegin(p.Window, chunks) {
		p.Window = m.beginThin(p.At, chunks)
	}
	if p.Window.Chunk < len(chunks) {
		take := func(ctx context.Context, bodies [][]byte) error { return m.acceptAll(ctx, p.Scope, bodies) }
		if err := l.page(ctx, p.Window, chunks, take); err != nil {
			return false, err
		}
		m.thinGap(ctx, s)
		p.Next = m.Now() // behind the scopes that wait longer
	}
	if more = p.Window.Chunk < len(chunks); !more {
		p.At, p.Next, p.Window = p.Window.To, p.Window.To.Add(fullEvery), nil
		more = !p.Next.After(m.Now()) // it was left long ago
	}
	p.Succeed()
	p.Refused = false
	return more, s.Save(ctx, m.Ledger)
}

// Fail implements Part. A list that Stripe refuses for good is asked for again with the
// next full listing.
func (s *thinPart) Fail(ctx context.Context, err error) error {
	m := s.missing
	if errors.Is(err, event.ErrNotConfigured) {
		return nil
	}
	if refusedForGood(err) {
		s.At.Window, s.At.Next = nil, m.Now().Add(fullEvery)
	} else {
		s.At.Fail(m.run.now(), restsOf(s.At.Scope))
	}
	failed := m.tolerate(ctx, s.At.Scope, m.withoutDenied(ctx, s.At.Scope, err, &m.Fetched))
	s.At.Refused = failed == nil
	return errors.Join(failed, afterwards(ctx, s.Save, m.Ledger))
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
func (m *Missing) thinGap(ctx context.Context, s *thinPart) {
	p, from := &s.At, s.At.Window.From
	if !p.At.Before(from) {
		return
	}
	if !m.expired(s.snapshots.At.At, 0) && from.Sub(s.snapshots.At.Lost) > 24*time.Hour {
		m.gap(ctx, p.Scope, p.At, from)
	}
	p.At = from
}
