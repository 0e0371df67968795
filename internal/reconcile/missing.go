package reconcile

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/webhook"
)

const (
	// overlap is how far before the end of the last window the next begins:
	// events are not always listed in the second of their creation.
	overlap = 10 * time.Minute
	// fullEvery is the time between two complete listings of a scope. In
	// between, every run looks at what Stripe says it could not deliver.
	fullEvery = 10 * time.Minute
	// callsPerRun bounds what one run asks of Stripe, which allows 25 calls a
	// second in test mode for everything that the account does.
	callsPerRun = 60
	// firstLook is how far before a new stack its first listing begins: events may
	// have failed at an endpoint that was there before it.
	firstLook = 3 * time.Hour
	// DefaultMinAge leaves younger events to Stripe's own delivery, which comes in
	// the API version that the endpoint asked for; the list has the account's. It is
	// shorter than overlap, so that the next listing has them again.
	DefaultMinAge = 5 * time.Minute
)

// Types says which event types are subscribed.
type Types interface {
	// Types returns them; every is true if they cannot be listed.
	Types(ctx context.Context) (types []string, every bool, err error)
}

// Missing stores the events that Stripe did not deliver, from its lists. A run
// that ends early is continued by the next. Runs may overlap: one of them stops.
type Missing struct {
	Lister    event.Lister
	Thin      event.ThinLister // nil: thin events are not listed
	Types     Types
	Intake    *ingest.Intake
	Ledger    event.Ledger
	Endpoints webhook.Endpoints // which modes belong to the stack
	Now       func() time.Time
	Log       *slog.Logger
	// Calls is how many calls of Stripe's API a run may make; 0 is 60. Finding
	// the oldest of 30 days takes up to 23, and a quarter is kept for thin events, so
	// fewer than 40 may not suffice.
	Calls int
	// Complete lists everything in the next Sweep, whenever that was done last.
	Complete bool
	// MinAge leaves younger events to Stripe's own delivery; 0 takes all.
	MinAge time.Duration

	seen map[event.Scope]time.Time // connected accounts, and since when
	met  map[string]bool           // events that this run had from one of the lists
}

// Fetched is what one run of Missing did.
type Fetched struct {
	Listed      int `json:"listed"`      // events that Stripe listed; one in both lists counts once
	Stored      int `json:"stored"`      // of them we had not
	Quarantined int `json:"quarantined"` // not usable as an event
	Young       int `json:"young"`       // left to Stripe's own delivery, for now
	Calls       int `json:"calls"`       // of Stripe's API
	Gaps        int `json:"gaps"`        // times of which Stripe has no events any more
	Denied      int `json:"denied"`      // scopes whose list of thin events Stripe refused
}

// Sweep lists each scope, least recently listed first: snapshots, then thin events. A
// failure of one scope does not stop the others, nor one of a list the other.
func (m *Missing) Sweep(ctx context.Context) (r Fetched, err error) {
	b := m.budget()
	m.met = map[string]bool{}
	all, err := m.scopes(ctx) // first: it notes when the stack began
	if err != nil {
		return r, err
	}
	thin, err := m.thinDue(ctx, all)
	if err != nil {
		return r, err
	}
	types, every, err := m.Types.Types(ctx)
	if err != nil {
		return r, err
	}
	if len(thin) > 0 {
		b.keep(ctx)
	}
	failed := m.snapshots(ctx, all, snapshotChunks(types, every), b, &r)
	b.keepNothing()
	failed = errors.Join(failed, m.thinEvents(ctx, thin, thinChunks(types, every), b, &r))
	if r.Calls = b.made; r.Calls > 0 {
		m.Log.InfoContext(ctx, "missing", "listed", r.Listed, "stored", r.Stored, "quarantined", r.Quarantined, "calls", r.Calls)
	}
	return r, failed
}

// snapshots lists the snapshot events of each scope.
func (m *Missing) snapshots(ctx context.Context, all []*Cursor[progress], chunks [][]string, b *budget, r *Fetched) (failed error) {
	keyless := len(all) > 0
	for _, p := range all {
		err := m.look(ctx, p, chunks, b, r)
		if errors.Is(err, errBudget) {
			break
		}
		keyless = keyless && errors.Is(err, event.ErrNotConfigured)
		failed = errors.Join(failed, m.tolerate(ctx, p.At.Scope, err))
	}
	if keyless {
		m.Log.InfoContext(ctx, "missing", "detail", "no Stripe API key: missing events are not listed")
	}
	return failed
}

// tolerate drops the errors of a scope that are not a failure of the run: a mode
// without a key, a connected account that is no longer ours, and another run.
func (m *Missing) tolerate(ctx context.Context, s event.Scope, err error) error {
	switch {
	case err == nil, errors.Is(err, event.ErrNotConfigured):
		return nil
	case errors.Is(err, event.ErrConflict):
		m.Log.InfoContext(ctx, "missing", "account", s.Account, "livemode", s.Livemode, "detail", "scope is being listed by another run")
		return nil
	case errors.Is(err, event.ErrDenied) && s.Account != "":
		m.Log.WarnContext(ctx, "missing", "account", s.Account, "livemode", s.Livemode, "error", err.Error())
		return nil
	}
	return fmt.Errorf("list missing events of %s: %w", s.Text(), err)
}

// look lists a scope completely if it is time for that, else what Stripe reports
// as undelivered.
func (m *Missing) look(ctx context.Context, c *Cursor[progress], chunks [][]string, b *budget, r *Fetched) error {
	p := &c.At
	l := lister{m.Lister, p.Scope, b}
	since := m.Now().Sub(p.Full) // negative: our clock was ahead
	if p.Window == nil && !m.Complete && since >= 0 && since < fullEvery {
		return m.quick(ctx, l, p, chunks, r)
	}
	forgotten := false
	if p.Window == nil || p.Window.Types != digest(chunks) || m.expired(p.Window.From, 24*time.Hour) {
		p.Window, forgotten = m.begin(p.At, chunks)
	}
	p.Window.To = earlier(p.Window.To, m.Now()) // else what is young now might be before the next window
	for p.Window.Chunk < len(chunks) {
		if err := m.page(ctx, l, p.Window, chunks, func(body []byte) error { return m.acceptOnce(ctx, p.Scope, body, r) }); err != nil {
			return err
		}
		if forgotten {
			m.gap(ctx, p.Scope, p.At, p.Window.From, r)
			p.Lost, forgotten = p.Window.From, false
		}
		if err := c.Save(ctx, m.Ledger); err != nil {
			return err
		}
	}
	p.At, p.Full, p.Window = earlier(p.Window.To, m.Now()), m.Now(), nil
	return c.Save(ctx, m.Ledger)
}

// begin opens the window after the last one, which ended at. Stripe's memory
// bounds it: forgotten reports that it begins later than that.
func (m *Missing) begin(at time.Time, chunks [][]string) (w *listed, forgotten bool) {
	w = &listed{From: at.Add(-overlap), To: m.Now().Truncate(time.Second), Types: digest(chunks)}
	if m.expired(w.From, 0) {
		w.From = m.Now().Add(-event.StripeRetention).Truncate(time.Second)
	}
	return w, m.expired(at, 0)
}

// gap raises the alarm for events that cannot be listed any more.
func (m *Missing) gap(ctx context.Context, s event.Scope, from, to time.Time, r *Fetched) {
	r.Gaps++
	m.Log.ErrorContext(ctx, "missing beyond retention", "account", s.Account, "livemode", s.Livemode, "from", from, "to", to,
		"detail", "Stripe lists events for 30 days only: events of this time that were not delivered cannot be listed any more; compare with Stripe's dashboard")
}

// expired reports whether Stripe no longer lists what was created at t, by more
// than slack.
func (m *Missing) expired(t time.Time, slack time.Duration) bool {
	return t.Before(m.Now().Add(-event.StripeRetention - slack))
}

// page fetches one page, hands over its events, oldest first, and only then
// moves the window's position.
func (m *Missing) page(ctx context.Context, l lister, w *listed, chunks [][]string, take func(body []byte) error) error {
	bodies, more, err := l.next(ctx, *w, chunks[w.Chunk])
	if err != nil {
		return err
	}
	if err := oldestFirst(bodies, take); err != nil {
		return err
	}
	if !more || len(bodies) == 0 {
		w.Chunk, w.After = w.Chunk+1, ""
		return nil
	}
	w.After = idOf(bodies[0])
	return nil
}

// oldestFirst hands over a page, which Stripe begins with the newest.
func oldestFirst(bodies [][]byte, take func(body []byte) error) error {
	for _, body := range slices.Backward(bodies) {
		if err := take(body); err != nil {
			return err
		}
	}
	return nil
}

// quick takes the newest page of what was not delivered and is not young. The
// cursor stays: the listing says nothing of an endpoint that answered 2xx and lost
// the event.
func (m *Missing) quick(ctx context.Context, l lister, p *progress, chunks [][]string, r *Fetched) error {
	if len(chunks) == 0 {
		return nil
	}
	q := event.Listing{From: p.At.Add(-overlap), To: m.Now().Add(-m.MinAge).Truncate(time.Second), Undelivered: true}
	if len(chunks) == 1 {
		q.Types = chunks[0]
	}
	bodies, _, err := l.list(ctx, q)
	if err != nil {
		return err
	}
	return oldestFirst(bodies, func(body []byte) error {
		if f, reason := webhook.Parse(body); reason == "" && len(chunks) > 1 && !subscribed(chunks, f.Type) {
			return nil
		}
		return m.acceptOnce(ctx, l.scope, body, r)
	})
}
