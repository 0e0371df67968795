package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// maxSample is how many of the missing events a backfill names.
const maxSample = 5

// Backfill asks for the events before the stack was there, or since any time.
// Whoever asks sends back what was answered until Done: each run does as much
// as it may.
type Backfill struct {
	Since time.Time `json:"since"`
	// Store what is missing; without it, it is only counted.
	Store bool `json:"store"`
	// AtMost is how many calls of Stripe's API one run makes, as many as it may for 0.
	AtMost int `json:"at_most,omitempty"`

	Until  time.Time     `json:"until"`            // when it was begun
	Left   []event.Scope `json:"left"`             // the first is under way
	Window *listed       `json:"window,omitempty"` // of it
	Thin   *thinWindow   `json:"thin,omitempty"`   // of it: types that only thin events have
	Begun  bool          `json:"begun"`
	Done   bool          `json:"done"`

	Fetched
	Missing int           `json:"missing"` // events that we did not have when they were listed
	Sample  []event.Facts `json:"sample"`  // some of them
	Keyless []string      `json:"keyless"` // modes without an API key
}

// Backfill continues with b. Nothing of it is kept here, and the cursors of the
// sweep stay where they are.
func (m *Missing) Backfill(ctx context.Context, b Backfill) (Backfill, error) {
	types, every, err := m.Types.Types(ctx)
	if err != nil {
		return b, err
	}
	if !b.Begun {
		if err := m.start(ctx, &b); err != nil {
			return b, err
		}
	}
	use := m.budget()
	if b.AtMost > 0 {
		use.left = min(use.left, b.AtMost)
	}
	defer func() { b.Calls += use.made }()
	for len(b.Left) > 0 {
		err := m.fill(ctx, &b, snapshotChunks(types, every), use)
		if err == nil {
			err = m.fillThin(ctx, &b, untwinnedChunks(types, every), use)
		}
		if errors.Is(err, ErrEnough) {
			return b, nil
		}
		if errors.Is(err, event.ErrNotConfigured) && b.Left[0].Account == "" {
			b.Keyless = append(b.Keyless, b.Left[0].Mode())
		}
		if err := m.tolerate(ctx, b.Left[0], err); err != nil {
			return b, err
		}
		b.Left, b.Window, b.Thin = b.Left[1:], nil, nil
	}
	b.Done = true
	return b, nil
}

// start chooses what to list.
func (m *Missing) start(ctx context.Context, b *Backfill) error {
	b.Begun, b.Until = true, m.Now().Add(-m.MinAge).Truncate(time.Second)
	if !b.Since.Before(m.Now()) {
		return fmt.Errorf("since %s is not in the past: %w", b.Since.Format(time.RFC3339), event.ErrInvalid)
	}
	if m.expired(b.Since, 0) {
		b.Since = b.Until.Add(-event.StripeRetention)
	}
	b.Left = m.own()
	known, err := KnownScopes(ctx, m.Ledger, m.Now())
	if err != nil {
		return err
	}
	for _, s := range known {
		if s.Account != "" && m.admits(s.Scope) {
			b.Left = append(b.Left, s.Scope)
		}
	}
	return nil
}

// fill lists one scope.
func (m *Missing) fill(ctx context.Context, b *Backfill, chunks [][]string, use *budget) error {
	if w := b.Window; w == nil || w.Types != digest(chunks) {
		b.Window = &listed{From: b.Since, To: b.Until, Types: digest(chunks)}
	}
	l := lister{m.Lister, b.Left[0], use}
	for b.Window.Chunk < len(chunks) {
		err := m.page(ctx, l, b.Window, chunks, func(ctx context.Context, bodies [][]byte) error {
			for _, body := range bodies {
				if err := m.count(ctx, l.scope, body, b); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// fillThin lists what no snapshot reports: the others would be counted twice.
func (m *Missing) fillThin(ctx context.Context, b *Backfill, chunks [][]string, use *budget) error {
	if m.Thin == nil {
		return nil
	}
	if w := b.Thin; w == nil || w.Types != digest(chunks) {
		b.Thin = newThinWindow(b.Since, b.Until, chunks)
	}
	l := thinLister{m.Thin, b.Left[0], use}
	for b.Thin.Chunk < len(chunks) {
		err := l.page(ctx, b.Thin, chunks, func(ctx context.Context, bodies [][]byte) error {
			for _, body := range bodies {
				if err := m.count(ctx, l.scope, body, b); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return m.withoutDenied(ctx, l.scope, err, &b.Fetched)
		}
	}
	return nil
}

// count is accept with a count of what was missing, and without storing unless
// that was asked for.
func (m *Missing) count(ctx context.Context, s event.Scope, body []byte, b *Backfill) error {
	known, f, err := m.known(ctx, body)
	if err != nil {
		return err
	}
	if !known {
		b.Missing++
		if len(b.Sample) < maxSample {
			f.Account, f.Endpoint = s.Account, event.EndpointListed
			b.Sample = append(b.Sample, f)
		}
	}
	if known || !b.Store {
		b.Listed++
		return nil
	}
	return m.accept(ctx, s, body, &b.Fetched)
}
