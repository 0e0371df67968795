package reconcile

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/webhook"
)

// progress is how far the events of one scope are known to be complete. It is
// a row of the cursors, which begins when the stack does.
type progress struct {
	scope
	At     time.Time `json:"at"`               // everything created before is ours
	Full   time.Time `json:"full"`             // when the last complete listing ended
	Seen   time.Time `json:"seen"`             // connected account: when an event of it came last, to the day
	Window *window   `json:"window,omitempty"` // that a run had to leave

	row int64
}

const ownAccount = "own"

// prefix of the rows of this sweep.
const prefix = "stripe/"

func (s scope) key() string {
	return prefix + s.mode() + "/" + cmp.Or(s.Account, ownAccount)
}

func (s scope) mode() string {
	if s.Livemode {
		return string(webhook.ModeLive)
	}
	return string(webhook.ModeTest)
}

func (p *progress) save(ctx context.Context, l event.Ledger) error {
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	err = l.Write(ctx, event.Write{Table: cursors, Key: p.key(), Version: p.row, Data: data})
	if err != nil {
		return fmt.Errorf("save cursor %s: %w", p.key(), err)
	}
	p.row++
	return nil
}

// Note remembers the connected account of an event until the next Sweep.
func (m *Missed) Note(f event.Facts) {
	if f.Account == "" {
		return
	}
	if m.seen == nil {
		m.seen = map[scope]time.Time{}
	}
	s := scope{f.Account, f.Livemode}
	if at, ok := m.seen[s]; !ok || f.Received.Before(at) {
		m.seen[s] = f.Received
	}
}

// scopes returns what is to be looked at, longest ago first, and begins what
// is new. Connected accounts of which nothing came for 30 days are left out.
func (m *Missed) scopes(ctx context.Context) ([]*progress, error) {
	known, err := m.load(ctx)
	if err != nil {
		return nil, err
	}
	var all []*progress
	for _, s := range m.own() {
		p, err := m.open(ctx, known, s, m.Now())
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	for s, since := range m.seen {
		if known[s], err = m.open(ctx, known, s, since); err != nil {
			return nil, err
		}
	}
	clear(m.seen)
	for s, p := range known {
		if s.Account != "" && m.admits(s) && m.Now().Sub(p.Seen) < event.StripeRetention {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b *progress) int { return cmp.Or(a.Full.Compare(b.Full), strings.Compare(a.key(), b.key())) })
	return all, nil
}

// load reads the rows of all scopes.
func (m *Missed) load(ctx context.Context) (map[scope]*progress, error) {
	known := map[scope]*progress{}
	var bad error
	err := m.Ledger.Scan(ctx, cursors, func(key string, it event.Row) bool {
		if !strings.HasPrefix(key, prefix) {
			return true
		}
		p := &progress{row: it.Version}
		if err := json.Unmarshal(it.Data, p); err != nil {
			bad = fmt.Errorf("read cursor %s: %w", key, err)
			return false
		}
		known[p.scope] = p
		return true
	})
	return known, errors.Join(err, bad)
}

// open returns the row of a scope, a new one from since on, and notes for a
// connected account that it is alive.
func (m *Missed) open(ctx context.Context, known map[scope]*progress, s scope, since time.Time) (*progress, error) {
	p, ok := known[s]
	if !ok {
		p = &progress{scope: s, At: since.Truncate(time.Second)}
	}
	today := m.Now().Truncate(24 * time.Hour)
	if ok && (s.Account == "" || !p.Seen.Before(today)) {
		return p, nil
	}
	if s.Account != "" {
		if long := m.Now().Add(-event.StripeRetention); ok && p.Seen.Before(long) && p.At.Before(long) {
			p.At, p.Window = long, nil // it was silent, and nobody looked: that is no gap
		}
		p.Seen = today
	}
	err := p.save(ctx, m.Ledger)
	if errors.Is(err, event.ErrConflict) {
		err = nil // another run was faster; ours ends at its next save
	}
	return p, err
}

// own are the modes of the stack's own account, by its endpoints.
func (m *Missed) own() (all []scope) {
	for _, live := range []bool{true, false} {
		if m.admits(scope{Livemode: live}) {
			all = append(all, scope{Livemode: live})
		}
	}
	return all
}

// admits reports whether some endpoint is for such events.
func (m *Missed) admits(s scope) bool {
	for _, e := range m.Endpoints {
		if e.Connect == (s.Account != "") && (e.Mode == webhook.ModeAny || (e.Mode == webhook.ModeLive) == s.Livemode) {
			return true
		}
	}
	return false
}
