package simtest

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/reconcile"
	"github.com/payhooks/payhooks/internal/webhook"
)

// Volume is what reconcile finds when it begins, and how it goes on.
type Volume struct {
	Name       string
	Finished   int // events that every subscriber has done
	Pending    int // that the bus never had
	Due        int // deliveries that wait and are due
	Unrecorded int // events without a record for their subscribers
	Missed     int // events that only Stripe has
	Denied     int // connected accounts that answer 403 for ever
	Books      int // pages of a sweep that the stack adds
	// Faults cut runs short, let two overlap, crash them and lose replies, for the first
	// half of the runs.
	Faults bool
	// Runs is how many must do, of a minute each.
	Runs int
}

// VolumeRun is what became of it.
type VolumeRun struct {
	Name  string `json:"name"`
	Runs  int    `json:"runs"`  // until every sweep kept up
	Limit int    `json:"limit"` // how many must do
	Idle  int    `json:"idle"`  // runs in which a sweep with something to do did nothing
	// LargestRow is that of the cursors, in bytes.
	LargestRow int  `json:"largest_row"`
	Met        Seen `json:"met,omitempty"`
}

// callTime is how long a call of AWS or Stripe takes.
const callTime = 5 * time.Millisecond

// flood is a volume under way.
type flood struct {
	*world
	volume Volume
	store  *finished
	sweeps reconcile.Sweeps
	books  *books
	stripe *catalog

	sent    map[event.DeliveryRef]int // messages that the bus brought
	waiting map[string][]string       // of them in the actions' queues, events by action
	before  reached
	room    bool // in each action's queue, after the run
}

// Run plays the volume until every sweep keeps up. The error says which promise broke.
func (v Volume) Run(ctx context.Context, seed uint64) (VolumeRun, error) {
	f := newFlood(v, seed)
	defer f.end()
	r := VolumeRun{Name: v.Name, Limit: v.Runs}
	for !f.keepsUp() || !f.calm {
		if err := ctx.Err(); err != nil {
			return r, err
		}
		if r.Runs++; r.Runs > v.Runs {
			return r, fmt.Errorf("%s: not done after %d runs: %s", v.Name, v.Runs, f.left())
		}
		if v.Faults && r.Runs > v.Runs/2 {
			f.calm = true
		}
		r.Idle += f.minute()
		r.LargestRow = max(r.LargestRow, f.largestRow())
		if err := f.promises(); err != nil {
			return r, err
		}
	}
	r.Met = f.seen
	return r, f.done()
}

// actions of a flood: both take every event.
var floodActions = []string{"mail", "order"}

func newFlood(v Volume, seed uint64) *flood {
	w := &world{
		rng: rand.New(rand.NewPCG(seed, 3)), //nolint:gosec // one seed, one schedule
		now: begin, calm: !v.Faults, seen: Seen{}, share: 1, ends: []time.Time{{}}, cost: callTime,
		odds: odds{lose: 5, throttle: 10}, log: slog.New(slog.DiscardHandler),
	}
	f := &flood{world: w, volume: v, sent: map[event.DeliveryRef]int{}, waiting: map[string][]string{}}
	f.store = newFinished(v.Finished, w)
	w.store = f.store.Store
	f.stripe = &catalog{world: w, missed: v.Missed}
	f.books = &books{world: w, left: v.Books}
	w.bus = &memory.Bus{Selects: map[string][]string{}, Handle: f.deliver}
	for _, name := range floodActions {
		w.bus.Selects[name] = nil
	}
	f.fill()
	w.store.Fault, w.bus.Fault, w.store.Attempts = w.fault, w.fault, 3
	f.open()
	return f
}

// open makes the sweeps, which keep nothing between two runs.
func (f *flood) open() {
	endpoints, err := webhook.ParseEndpoints("default=test,connect=test+connect")
	if err != nil {
		panic(err) // it is written here
	}
	intake := &ingest.Intake{Store: f.store, Quarantine: f.world.store.Quarantine(), Retention: retention}
	f.sweeps = reconcile.Sweeps{
		Ledger:     f.store,
		Pending:    &reconcile.Pending{Store: f.store, Ledger: f.store, Bus: f.bus},
		Unrecorded: &reconcile.Unrecorded{Store: f.store, Ledger: f.store},
		Due:        &reconcile.Due{Store: f.store, Ledger: f.store, Bus: f.bus, Queues: f},
		Missing:    &reconcile.Missing{Lister: f.stripe, Types: f.bus, Intake: intake, Ledger: f.store, Endpoints: endpoints, Now: f.clock, Log: f.log},
		Added:      []reconcile.Sweep{f.books},
		Now:        f.clock, Log: f.log,
	}
	for n := range f.volume.Denied {
		f.sweeps.Missing.Note(event.Facts{Scope: event.Scope{Account: fmt.Sprint("acct_", n)}, Received: f.now})
	}
}

// minute is one run, and what the actions do until the next. It returns how many sweeps
// stood still although they had something to do.
func (f *flood) minute() (idle int) {
	at := f.now
	f.open()
	f.sweep(55 * time.Second)
	if !f.calm && f.chance(200) {
		f.met("two sweeps at once")
		f.open()
		f.sweep(55 * time.Second)
	}
	f.room = true
	for _, name := range floodActions {
		f.room = f.room && len(f.waiting[name]) < mostInQueue
	}
	f.dispatch()
	for _, name := range floodActions {
		f.work(name)
	}
	if next := at.Add(time.Minute); f.now.Before(next) {
		f.now = next
	}
	return f.stoodStill()
}

func (f *flood) sweep(d time.Duration) {
	if !f.calm && f.chance(300) {
		d = runMargin + time.Duration(f.rng.IntN(2000))*time.Millisecond
		f.met("run cut short")
	}
	if !f.calm && f.chance(300) {
		f.dies = 1 + f.rng.IntN(10_000)
	}
	sweeps := f.sweeps
	f.run("reconcile", f.within(d, func(ctx context.Context) {
		r, err := sweeps.Run(ctx, reconcile.Request{})
		f.metTimes("published", r.Published)
		f.metTimes("redelivered", r.Sent)
		f.metTimes("unrecorded", r.Unrecorded)
		f.metTimes("stored from list", r.Stored)
		if err != nil {
			f.met("run with an error")
		}
	}))
	f.dies = 0
}

// Volumes are what reconcile must do, with every number divided by the part.
func Volumes(part int) []Volume {
	return []Volume{
		{Name: fmt.Sprint(1_000_000/part, " finished events"), Finished: 1_000_000 / part, Runs: 60},
		{Name: fmt.Sprint(100_000/part, " pending events"), Pending: 100_000 / part, Runs: 20},
		{
			Name: "all at once", Finished: 1_000_000 / part, Pending: 100_000 / part, Due: 100_000 / part, Unrecorded: 1000 / part,
			Missed: 30_000 / part, Denied: 60, Books: 5000 / part, Runs: 120,
		},
		{
			Name: "all at once, with faults", Finished: 100_000 / part, Pending: 10_000 / part, Due: 10_000 / part, Unrecorded: 1000 / part,
			Missed: 10_000 / part, Denied: 60, Books: 500 / part, Faults: true, Runs: 120,
		},
	}
}
