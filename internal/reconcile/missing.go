package reconcile

import (
	"context"
	"log/slog"
	"slices"
	"sync"
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
	// second in test mode for everything that the account does: a sixth of a minute's.
	callsPerRun = 250
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
	// MaxCalls is how many calls of Stripe's API a run may make; 0 is 250.
	MaxCalls int
	// MinAge leaves younger events to Stripe's own delivery; 0 takes all.
	MinAge time.Duration

	seen  map[event.Scope]time.Time // connected accounts, and since when
	first map[event.Scope]time.Time // when Stripe delivered the first event of a scope

	run    *Run
	use    *budget
	types  missingTypes
	scopes []*scopePart
	thin   []*thinPart
	met    map[string]bool // events that this run had from one of the lists
	mu     sync.Mutex      // of met and Fetched
	Fetched
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
	Unreachable int `json:"unreachable"` // connected accounts that do not let us list
	// Undelivered counts those of Stored that an endpoint was there for: Stripe had
	// delivered an event of their scope before. Not in a run that a person asked for.
	Undelivered int `json:"undelivered"`
}

// Name implements Sweep.
func (*Missing) Name() string { return "missing" }

// Begin implements Sweep. The stack's own account has every second turn: it comes before
// connected ones, however many there are.
func (m *Missing) Begin(ctx context.Context, run *Run) (*Work, error) {
	m.run, m.use, m.met, m.Fetched = run, m.budget(), map[string]bool{}, Fetched{}
	if err := m.openScopes(ctx); err != nil { // first: it notes when the stack began
		return nil, err
	}
	if err := m.openThin(ctx); err != nil {
		return nil, err
	}
	var err error
	if m.types, err = m.subscribedTypes(ctx); err != nil {
		return nil, err
	}
	work := &Work{Complete: m.complete, Counts: m.counts}
	add := func(s event.Scope, rests bool, p Part) {
		switch {
		case rests && !run.Now:
		case s.Account == "":
			work.First = append(work.First, p)
		default:
			work.Parts = append(work.Parts, p)
		}
	}
	for _, s := range m.scopes {
		add(s.At.Scope, s.At.Rests(run.now()), s)
	}
	for _, s := range m.thin {
		if s.due() {
			add(s.At.Scope, s.At.Rests(run.now()), s)
		}
	}
	return work, nil
}

func (m *Missing) counts() Counts {
	m.Calls = m.use.made
	keyless := len(m.scopes) > 0
	for _, s := range m.scopes {
		keyless = keyless && s.keyless
		if s.At.Denied {
			m.Unreachable++
		}
	}
	if keyless {
		m.run.log.Info("missing", "detail", "no Stripe API key: missing events are not listed")
	}
	return Counts{
		"listed": m.Listed, "stored": m.Stored, "quarantined": m.Quarantined, "young": m.Young,
		"calls": m.Calls, "gaps": m.Gaps, "denied": m.Denied, "unreachable": m.Unreachable,
		"undelivered": m.Undelivered,
	}
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
func (m *Missing) gap(ctx context.Context, s event.Scope, from, to time.Time) {
	m.Gaps++
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
func (m *Missing) page(ctx context.Context, l lister, w *listed, chunks [][]string, take func(context.Context, [][]byte) error) error {
	bodies, more, err := l.next(ctx, w, chunks[w.Chunk])
	if err != nil {
		return err
	}
	slices.Reverse(bodies) // Stripe begins with the newest
	if err := take(ctx, bodies); err != nil {
		return err
	}
	if w.Before = (time.Time{}); !more || len(bodies) == 0 {
		w.Chunk, w.After = w.Chunk+1, ""
		return nil
	}
	w.After = idOf(bodies[len(bodies)-1])
	return nil
}

// quick takes the newest page of what was not delivered and is not young. The
// cursor stays: the listing says nothing of an endpoint that answered 2xx and lost
// the event.
func (m *Missing) quick(ctx context.Context, l lister, p *progress, chunks [][]string) error {
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
	slices.Reverse(bodies)
	bodies = slices.DeleteFunc(bodies, func(body []byte) bool {
		f, reason := webhook.Parse(body)
		return reason == "" && len(chunks) > 1 && !subscribed(chunks, f.Type)
	})
	return m.acceptAll(ctx, l.scope, bodies)
}
