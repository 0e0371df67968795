// Package simtest runs the real ingest, dispatch, action harness and reconcile
// code against stores in memory, under one seeded scheduler that owns time. At
// every I/O it may crash the process, lose the reply, refuse, delay, jump the
// clock, or let another process run in between. Then the faults end, everything
// drains, and each promise is checked. One seed is one schedule, always the
// same.
package simtest

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/dispatch"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// world is one schedule.
type world struct {
	rng   *rand.Rand
	now   time.Time
	trace []string
	calm  bool // no more faults
	depth int  // processes running inside another's I/O
	odds  odds

	store    *memory.Store
	bus      *memory.Bus
	queues   map[string]*memory.Queue
	handlers map[string]*action.Handler

	ingest   *ingest.Handler
	dispatch *dispatch.Dispatcher
	owed     *reconcile.Owed

	stripe   *stripe
	outside  *outside
	position int64 // of dispatch in the stream
	busy     map[string]bool
	owners   int
}

// odds are the chances of a fault per I/O, in thousandths; each schedule draws
// its own, so that some are stormy in one way and calm in the others.
type odds struct{ crash, lose, refuse, delay, jump, yield, broken int }

func newWorld(seed uint64) *world {
	w := &world{
		rng:   rand.New(rand.NewPCG(seed, 0)), //nolint:gosec // one seed, one schedule
		now:   time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC),
		store: memory.New(), queues: map[string]*memory.Queue{}, handlers: map[string]*action.Handler{},
		outside: &outside{sent: map[string]int{}}, busy: map[string]bool{},
	}
	level := func(most int) int { return w.rng.IntN(3) * w.rng.IntN(most+1) / 2 }
	w.odds = odds{level(40), level(60), level(80), level(60), level(10), level(120), level(200)}
	w.store.Fault, w.store.Attempts = w.fault, 1+w.rng.IntN(3)
	w.store.Stale = func(string) bool { return !w.calm && w.chance(20) }
	w.bus = &memory.Bus{Rules: map[string][]string{}, Fault: w.fault, Handle: w.enqueue}
	log := slog.New(slog.DiscardHandler)
	w.stripe = newStripe(w.rng, w.now)
	w.ingest = newIngest(w, log)
	w.dispatch = &dispatch.Dispatcher{Store: w.store, Quarantine: w.store, Bus: w.bus, Decode: decode, Now: w.clock, Log: log, Retention: retention}
	w.owed = &reconcile.Owed{Store: w.store, Ledger: w.store, Bus: w.bus, Retention: retention, Now: w.clock, Log: log}
	w.addActions(log)
	return w
}

const retention = 400 * 24 * time.Hour

func (w *world) clock() time.Time { return w.now }

// chance is true n times in a thousand.
func (w *world) chance(n int) bool { return n > 0 && w.rng.IntN(1000) < n }

func (w *world) logf(format string, args ...any) {
	w.trace = append(w.trace, w.now.Format("02 15:04:05.000 ")+fmt.Sprintf("%*s", 2*w.depth, "")+fmt.Sprintf(format, args...))
}

// fault decides what happens around one I/O of the process that runs.
func (w *world) fault(op memory.Op) memory.Fault {
	if w.calm {
		return memory.Fault{}
	}
	return memory.Fault{
		Before: func() error { return w.around(op, "before") },
		After:  func() error { return w.around(op, "after") },
	}
}

func (w *world) around(op memory.Op, when string) error {
	switch {
	case w.chance(w.odds.crash):
		w.logf("CRASH %s %s", when, op)
		runtime.Goexit()
	case when == "before" && w.chance(w.odds.refuse), when == "after" && w.chance(w.odds.lose):
		w.logf("FAIL %s %s", when, op)
		return memory.ErrUnavailable
	case w.chance(w.odds.delay):
		w.now = w.now.Add(time.Duration(w.rng.IntN(60_000)) * time.Millisecond)
		w.logf("DELAY %s %s", when, op)
	case w.chance(w.odds.jump):
		w.now = w.now.Add(time.Duration(w.rng.IntN(7200)-600) * time.Second)
		w.logf("JUMP %s %s", when, op)
	case w.depth < 3 && w.chance(w.odds.yield):
		w.logf("YIELD %s %s", when, op)
		w.step()
	}
	return nil
}

// run is one process doing one thing until it ends or crashes. Only one
// process runs at a time; the scheduler waits.
func (w *world) run(name string, fn func(ctx context.Context)) {
	w.logf("%s", name)
	done := make(chan struct{})
	w.depth++
	go func() {
		defer close(done)
		fn(context.Background())
	}()
	<-done
	w.depth--
}
