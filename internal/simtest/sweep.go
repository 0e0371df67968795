package simtest

import (
	"context"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// sweep runs reconcile as its function does, freshly started.
func (w *world) sweep() {
	if w.sweeping == 2 {
		return
	}
	if w.sweeping++; w.sweeping == 2 {
		w.met("two sweeps at once")
	}
	defer func() { w.sweeping-- }()
	st := store{w.store, w}
	l := ledger{st}
	intake := &ingest.Intake{Store: st, Quarantine: w.store.Quarantine(), Retention: retention}
	all := reconcile.Sweeps{
		Ledger:     l,
		Pending:    &reconcile.Pending{Store: st, Ledger: l, Bus: w.bus},
		Unrecorded: &reconcile.Unrecorded{Store: st, Ledger: l},
		Due:        &reconcile.Due{Store: st, Ledger: l, Bus: w.bus},
		Missing: &reconcile.Missing{
			Lister: w.stripe, Thin: w.stripe, Types: w.bus, Ledger: l, Endpoints: w.ingest.Endpoints, Now: w.clock, Log: w.log, Intake: intake,
		},
		Now: w.clock, Log: w.log,
	}
	if w.plan.Sweeps != nil {
		all.Added = w.plan.Sweeps(Stack{w})
	}
	for account := range w.stripe.strangers {
		all.Missing.Note(event.Facts{Scope: event.Scope{Account: account}, Received: w.now})
	}
	w.run("reconcile", w.within(w.runTime(), func(ctx context.Context) {
		r, _ := all.Run(ctx, reconcile.Request{Now: w.calm})
		if ctx, ok := ctx.(virtual); ok && !w.clock().Before(ctx.until.Add(-runMargin)) {
			w.met("run cut short")
		}
		w.metTimes("pending published", r.Published)
		w.metTimes("unrecorded", r.Unrecorded)
		w.metTimes("redelivered", r.Sent)
		w.metTimes("stored from list", r.Stored)
	}))
}

// runMargin is how much of its time a run keeps back.
const runMargin = 5 * time.Second

// runTime is how long a run of reconcile may take: sometimes not even for one page.
func (w *world) runTime() time.Duration {
	if !w.calm && w.cost > 0 && w.chance(400) {
		return runMargin + time.Duration(w.rng.IntN(1000))*time.Millisecond
	}
	return 55 * time.Second
}

func (w *world) metTimes(what string, n int) {
	if n > 0 {
		w.seen[what] += n
		w.logf("! %s %d", what, n)
	}
}
