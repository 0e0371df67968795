package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// scopePart lists the snapshot events of one scope.
type scopePart struct {
	*Cursor[progress]
	missing *Missing
	keyless bool // there is no API key for its mode
	asked   bool // for what Stripe could not deliver, in this run
}

// Page implements Part: it lists a page of everything if it is time for that, else what
// Stripe reports as undelivered. While a list of everything takes longer than a run, every
// run asks for that, too: an account with very many events has one all the time.
func (s *scopePart) Page(ctx context.Context) (more bool, err error) {
	m, p := s.missing, &s.At
	l, chunks := lister{m.Lister, p.Scope, m.use}, m.types.snapshots()
	since := m.Now().Sub(p.Full) // negative: our clock was ahead
	full := p.Window != nil || m.run.Now || since < 0 || since >= fullEvery
	if !full || p.Window != nil && !s.asked && !m.run.Now {
		s.asked = true
		if err := m.quick(ctx, l, p, chunks); err != nil {
			return false, err
		}
	}
	if !full {
		return false, s.succeeded(ctx)
	}
	forgotten := false
	if p.Window == nil || p.Window.Types != digest(chunks) || m.expired(p.Window.From, 24*time.Hour) {
		p.Window, forgotten = m.begin(p.At, chunks)
		s.asked = true // it finds them
	}
	from := p.Window.From
	p.Window.To = earlier(p.Window.To, m.Now()) // else what is young now might be before the next window
	if p.Window.Chunk < len(chunks) {
		err := m.page(ctx, l, p.Window, chunks, func(ctx context.Context, bodies [][]byte) error { return m.acceptAll(ctx, p.Scope, bodies) })
		if errors.Is(err, ErrEnough) && !forgotten { // the search for the oldest page is kept
			return false, errors.Join(s.Save(ctx, m.Ledger), err)
		}
		if err != nil && forgotten {
			p.Window = nil // the next run begins it again, and says so
		}
		if err != nil {
			return false, err
		}
		if forgotten {
			m.gap(ctx, p.Scope, p.At, from)
			p.Lost = from
		}
	}
	return s.move(ctx, len(chunks))
}

// move saves how far the listing is, or its end.
func (s *scopePart) move(ctx context.Context, chunks int) (more bool, err error) {
	p, now := &s.At, s.missing.Now()
	p.Turn = now
	if more = p.Window.Chunk < chunks; !more {
		p.At, p.Full, p.Window = earlier(p.Window.To, now), now, nil
	}
	p.Succeed()
	p.Denied = false
	return more, s.Save(ctx, s.missing.Ledger)
}

// succeeded ends a pause; without one nothing is written.
func (s *scopePart) succeeded(ctx context.Context) error {
	if s.At.Fails == 0 {
		return nil
	}
	s.At.Succeed()
	s.At.Denied = false
	return s.Save(ctx, s.missing.Ledger)
}

// Fail implements Part. A mode without a key and a connected account that is no longer
// ours are no failures of the run.
func (s *scopePart) Fail(ctx context.Context, err error) error {
	m := s.missing
	if errors.Is(err, event.ErrNotConfigured) {
		s.keyless = true
		return nil
	}
	s.At.Denied = errors.Is(err, event.ErrDenied) && s.At.Account != ""
	s.At.Fail(m.run.now(), restsOf(s.At.Scope))
	return errors.Join(m.tolerate(ctx, s.At.Scope, err), afterwards(ctx, s.Save, m.Ledger))
}

func restsOf(s event.Scope) time.Duration {
	if s.Account == "" {
		return ownRests
	}
	return connectedRests
}

// afterwards saves a pause although the time of the turn is over. A cursor that another
// run moved stays.
func afterwards(ctx context.Context, save func(context.Context, event.Ledger) error, l event.Ledger) error {
	if err := save(context.WithoutCancel(ctx), l); !errors.Is(err, event.ErrConflict) {
		return err
	}
	return nil
}

// tolerate drops the errors of a scope that are not a failure of the run: a mode
// without a key, and a connected account that is no longer ours.
func (m *Missing) tolerate(ctx context.Context, s event.Scope, err error) error {
	switch {
	case err == nil, errors.Is(err, event.ErrNotConfigured):
		return nil
	case errors.Is(err, event.ErrDenied) && s.Account != "":
		m.Log.WarnContext(ctx, "missing", "account", s.Account, "livemode", s.Livemode, "error", err.Error())
		return nil
	}
	return fmt.Errorf("list missing events of %s: %w", s.Text(), err)
}

// complete is since when the events of every scope are complete: fullEvery after its last
// complete listing, or now if it was none that long ago. A scope without a key, and an
// account that does not let us list, never are.
func (m *Missing) complete() time.Time {
	at := m.run.now()
	for _, s := range m.scopes {
		if !s.At.Denied && !s.keyless {
			at = earlier(at, s.At.Full.Add(fullEvery))
		}
	}
	for _, s := range m.thin {
		if !s.snapshots.At.Denied && !s.snapshots.keyless && !s.At.Refused {
			at = earlier(at, s.At.Next)
		}
	}
	return at
}
