package simtest

import (
	"context"
	"time"

	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// sweep runs reconcile as its function does, freshly started.
func (w *world) sweep() {
	if w.busy["sweep"] {
		return // one run at a time
	}
	w.busy["sweep"] = true
	defer delete(w.busy, "sweep")
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
	w.run("reconcile", w.within(55*time.Second, func(ctx context.Context) {
		r, _ := all.Run(ctx, reconcile.Request{Now: w.calm})
		w.metTimes("pending published", r.Published)
		w.metTimes("unrecorded", r.Unrecorded)
		w.metTimes("redelivered", r.Sent)
		w.metTimes("stored from list", r.Stored)
	}))
}

func (w *world) metTimes(what string, n int) {
	if n > 0 {
		w.seen[what] += n
		w.logf("! %s %d", what, n)
	}
}
