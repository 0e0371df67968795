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

// progress is how far the events of one scope are known to be complete. Its
// cursor begins a little before the stack does.
type progress struct {
	event.Scope
	At     time.Time `json:"at"`               // everything created before is ours, but for what was young then
	Full   time.Time `json:"full"`             // when the last complete listing ended
	Seen   time.Time `json:"seen"`             // connected account: when an event of it came last, to the day
	Window *listed   `json:"window,omitempty"` // that a run had to leave
	// Lost: the gap before this time was reported, or it is of a silent account.
	Lost time.Time `json:"lost,omitzero"`
	Turn time.Time `json:"turn,omitzero"` // when a page was listed last
	// First is when Stripe delivered the first event of the scope: from then on an
	// event that only the list brings is one that Stripe could not deliver.
	First time.Time `json:"first,omitzero"`
	// Denied: the connected account does not let us list its events.
	Denied bool `json:"denied,omitempty"`
	Backoff
}

// missingPrefix of the cursors of this sweep: missing/live/own.
const missingPrefix = "missing/"

// KnownScope is a scope that the sweep missing keeps complete.
type KnownScope struct {
	event.Scope
	Silent bool // of a connected account without an event for as long as Stripe lists them
}

// KnownScopes returns every scope that the sweep ever listed, in no order.
func KnownScopes(ctx context.Context, l event.Ledger, now time.Time) ([]KnownScope, error) {
	rows, err := readRows(ctx, l)
	if err != nil {
		return nil, err
	}
	return ScopesOf(&Run{cursors: rows, now: func() time.Time { return now }})
}

// ScopesOf is KnownScopes as of the beginning of a run.
func ScopesOf(run *Run) (all []KnownScope, unreadable error) {
	cursors, unreadable := CursorsOf[progress](run, missingPrefix)
	for _, c := range cursors {
		silent := c.At.Account != "" && run.now().Sub(c.At.Seen) > event.StripeRetention
		all = append(all, KnownScope{c.At.Scope, silent})
	}
	return all, unreadable
}

// Note keeps the connected account of an event until the next Sweep, and when the first
// event of a scope was delivered.
func (m *Missing) Note(f event.Facts) {
	if m.first == nil {
		m.first = map[event.Scope]time.Time{}
	}
	if at := m.first[f.Scope]; f.Delivered() && (at.IsZero() || f.Received.Before(at)) {
		m.first[f.Scope] = f.Received
	}
	if f.Account == "" {
		return
	}
	if m.seen == nil {
		m.seen = map[event.Scope]time.Time{}
	}
	if at, ok := m.seen[f.Scope]; !ok || f.Received.Before(at) {
		m.seen[f.Scope] = f.Received
	}
}

// openScopes opens the scopes to list, those that waited longest first, and begins
// what is new. Connected accounts without an event for 30 days are left out.
func (m *Missing) openScopes(ctx context.Context) error {
	known, unreadable := CursorsOf[progress](m.run, missingPrefix)
	m.run.Report(unreadable)
	if m.first == nil {
		m.first = map[event.Scope]time.Time{}
	}
	for _, p := range known {
		if !p.At.First.IsZero() {
			m.first[p.At.Scope] = p.At.First
		}
	}
	m.scopes = nil
	for _, s := range m.own() {
		p, err := m.open(ctx, known, s, m.Now().Add(-firstLook))
		if err != nil {
			return err
		}
		m.scopes = append(m.scopes, &scopePart{Cursor: p, missing: m})
	}
	if err := m.openSeen(ctx, known); err != nil {
		return err
	}
	for _, p := range known {
		if s := p.At.Scope; s.Account != "" && m.admits(s) && m.Now().Sub(p.At.Seen) < event.StripeRetention {
			m.scopes = append(m.scopes, &scopePart{Cursor: p, missing: m})
		}
	}
	slices.SortFunc(m.scopes, func(a, b *scopePart) int {
		return cmp.Or(a.At.turn().Compare(b.At.turn()), strings.Compare(a.Key, b.Key))
	})
	return nil
}

// openSeen begins the scopes of the accounts that an event was of.
func (m *Missing) openSeen(ctx context.Context, known map[string]*Cursor[progress]) error {
	for s, since := range m.seen {
		if _, err := m.open(ctx, known, s, since); err != nil {
			return err
		}
		delete(m.seen, s)
	}
	return nil
}

// noteFirst keeps when the first event of each scope was delivered.
func (m *Missing) noteFirst(ctx context.Context) error {
	for _, s := range m.scopes {
		if at := m.first[s.At.Scope]; !at.IsZero() && s.At.First.IsZero() {
			s.At.First = at
			if err := s.Save(ctx, m.Ledger); err != nil && !errors.Is(err, event.ErrConflict) {
				return err
			}
		}
	}
	return nil
}

// noteSeen is openSeen for accounts that were seen after this run listed what there is.
func (m *Missing) noteSeen(ctx context.Context, run *Run) error {
	known, _ := CursorsOf[progress](run, missingPrefix) // its own sweep names what cannot be read
	return m.openSeen(ctx, known)
}

// turn is when the scope had its turn last, not counting what was undelivered.
func (p *progress) turn() time.Time {
	if p.Turn.After(p.Full) {
		return p.Turn
	}
	return p.Full
}

// open returns the cursor of a scope, a new one from since on, and notes for a
// connected account that it is active.
func (m *Missing) open(ctx context.Context, known map[string]*Cursor[progress], s event.Scope, since time.Time) (*Cursor[progress], error) {
	key := missingPrefix + s.Text()
	p, ok := known[key]
	if !ok {
		p = &Cursor[progress]{Key: key, At: progress{Scope: s, At: since.Truncate(time.Second)}}
		known[key] = p
	}
	today := m.Now().Truncate(24 * time.Hour)
	if ok && (s.Account == "" || !p.At.Seen.Before(today)) {
		return p, nil
	}
	if s.Account != "" {
		if long := m.Now().Add(-event.StripeRetention); ok && p.At.Seen.Before(long) && p.At.At.Before(long) {
			p.At.At, p.At.Lost, p.At.Window = long, long, nil // it was silent and not listed: that is no gap
		}
		p.At.Seen = today
	}
	err := p.Save(ctx, m.Ledger)
	if errors.Is(err, event.ErrConflict) {
		err = nil // another run was faster; ours ends at its next save
	}
	return p, err
}

// own are the modes of the stack's own account, by its endpoints.
func (m *Missing) own() (all []event.Scope) {
	for _, live := range []bool{true, false} {
		if m.admits(event.Scope{Livemode: live}) {
			all = append(all, event.Scope{Livemode: live})
		}
	}
	return all
}

// admits reports whether some endpoint is for such events.
func (m *Missing) admits(s event.Scope) bool {
	for _, e := range m.Endpoints {
		if e.Admits(s) {
			return true
		}
	}
	return false
}
