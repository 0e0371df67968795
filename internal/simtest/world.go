// Package simtest runs the real ingest, dispatch, action harness and reconcile
// code against stores in memory, under one seeded scheduler that owns time. At
// every I/O it may crash the process, lose the reply, throttle, delay, jump the
// clock, or let another process run in between; queues, bus and stream repeat
// and lose what they carry, and an operator replays in the middle of it. Then
// the faults end, everything drains, and each promise is checked. One seed is
// one schedule, always the same.
package simtest

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/dispatch"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/reconcile"
)

const retention = 400 * 24 * time.Hour

var begin = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// world is one schedule.
type world struct {
	rng       *rand.Rand
	now       time.Time     // the true time, which is Stripe's and the queues'
	skew      time.Duration // by which the clock of our own processes is wrong
	length    int           // with faults
	pace      time.Duration // the most that passes between two of them
	tracing   bool
	trace     []string
	broken    []string // promises
	seen      Seen
	calm      bool          // no more faults
	sweeping  int           // runs of reconcile under way
	depth     int           // processes running inside another's I/O
	ends      []time.Time   // of the processes that run, when Lambda ends each; zero is never
	cost      time.Duration // of an I/O
	dies      int           // after so many I/Os, if it is positive
	share     float64       // of it, for each of several calls at once
	rulesBack time.Time     // until when the bus's rules cannot be listed
	odds      odds
	reading   string // the I/O that looks at an index

	store    *memory.Store
	bus      *memory.Bus
	queues   map[string]*memory.Queue
	handlers map[string]*delivery.Handler
	log      *slog.Logger

	ingest   *ingest.Handler
	dispatch *dispatch.Dispatcher

	carried event.Envelope // the newest on the bus
	text    string         // and its message

	stripe   *stripe
	outside  *outside
	plan     Plan
	actors   map[string]Actor // of the plan, by name
	names    []string         // of all actions, sorted
	position int64            // of dispatch in the stream
	idle     []*process

	processes []*bool // that run, and whether each crashed

	busy     map[string]bool
	owners   int
	latest   map[string]int             // the newest message that each queue handed out
	dropped  map[string]bool            // events of which the stream gave up a record
	mended   map[string]bool            // events that picky takes after all
	attempts map[event.DeliveryRef]int  // the most that a record had
	intended string                     // the effect that the running process is about to perform
	current  event.DeliveryRef          // of the newest function that runs
	wished   map[event.DeliveryRef]bool // reopened for effects however late
}

// Seen counts what a schedule met: faults, and the paths that deal with them.
type Seen map[string]int

// Plan is what a schedule runs besides the promises.
type Plan struct {
	Actors []Actor
	// Sweeps are reconcile's additional ones; nil is none.
	Sweeps func(Stack) []reconcile.Sweep
}

// newWorld builds the stack. A calm one has no faults from the beginning.
func newWorld(plan Plan, seed uint64, calm, tracing bool) *world {
	w := &world{
		rng: rand.New(rand.NewPCG(seed, 0)), //nolint:gosec // one seed, one schedule
		now: begin, calm: true, tracing: tracing, seen: Seen{}, store: memory.New(),
		queues: map[string]*memory.Queue{}, handlers: map[string]*delivery.Handler{}, outside: &outside{map[string]int{}, map[string]bool{}},
		busy: map[string]bool{}, latest: map[string]int{}, dropped: map[string]bool{}, mended: map[string]bool{},
		plan: plan, actors: map[string]Actor{}, attempts: map[event.DeliveryRef]int{}, wished: map[event.DeliveryRef]bool{},
	}
	w.odds, w.pace = draw(w.rng)
	w.share, w.ends = 1, []time.Time{{}}
	if cost := w.rng.IntN(3); !calm && w.pace != crowded {
		w.cost = []time.Duration{0, 5 * time.Millisecond, 200 * time.Millisecond}[cost]
	}
	w.length = 40 + w.rng.IntN(90)
	w.stripe = newStripe(seed, time.Duration(w.length)*w.pace/4)
	w.stripe.world = w
	w.log = slog.New(slog.DiscardHandler)
	if tracing {
		w.log = slog.New(&tracer{w})
	}
	w.store.Fault, w.store.Attempts = w.fault, 1+w.rng.IntN(3)
	w.store.Stale = func(string) bool { return !w.calm && w.reading == "Unfinished" && w.chance(20) }
	w.addActions(plan, calm)
	w.ingest = newIngest(w)
	w.dispatch = &dispatch.Dispatcher{Store: store{w.store, w}, Quarantine: w.store.Quarantine(), Bus: w.bus, Decode: w.decode, Now: w.clock, Log: w.log, Retention: retention}
	w.sweep() // missing events are listed from here on
	w.calm = calm
	return w
}

// clock is the clock of our own processes.
func (w *world) clock() time.Time { return w.now.Add(w.skew) }

// pass lets up to most go by.
func (w *world) pass(most time.Duration) {
	w.now = w.now.Add(time.Duration(w.rng.Int64N(int64(most/time.Millisecond)+1)) * time.Millisecond)
}

// chance is true n times in a thousand.
func (w *world) chance(n int) bool { return n > 0 && w.rng.IntN(1000) < n }

// met notes a fault or a path, for the trace and the counts.
func (w *world) met(what string, about ...any) {
	w.seen[what]++
	if w.tracing {
		w.logf("! %s %s", what, fmt.Sprint(about...))
	}
}

func (w *world) logf(format string, args ...any) {
	if w.tracing {
		w.trace = append(w.trace, w.now.Format("02 15:04:05.000 ")+fmt.Sprintf("%*s", 2*w.depth, "")+fmt.Sprintf(format, args...))
	}
}

// tracer puts the log lines of the code under test into the trace.
type tracer struct{ world *world }

func (*tracer) Enabled(context.Context, slog.Level) bool { return true }
func (t *tracer) WithAttrs([]slog.Attr) slog.Handler     { return t }
func (t *tracer) WithGroup(string) slog.Handler          { return t }
func (t *tracer) Handle(_ context.Context, r slog.Record) error {
	line := r.Message
	r.Attrs(func(a slog.Attr) bool {
		if text := a.Value.String(); text != "" && a.Key != "ms" {
			line += " " + a.Key + "=" + text
		}
		return true
	})
	t.world.logf("  %s", line)
	return nil
}
