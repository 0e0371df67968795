package simtest

import (
	"context"

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
	books := store{w.store, w}
	all := reconcile.Sweeps{
		Owed: &reconcile.Owed{Store: books, Ledger: ledger{w.store, w}, Bus: w.bus, Retention: retention, Now: w.clock, Log: w.log},
		Missed: &reconcile.Missed{
			Lister: w.stripe, Types: w.bus, Ledger: ledger{w.store, w}, Endpoints: w.ingest.Endpoints, Now: w.clock, Log: w.log,
			Intake: &ingest.Intake{Store: books, Quarantine: w.store, Retention: retention},
		},
	}
	w.run("reconcile", func(ctx context.Context) {
		r, _ := all.Run(ctx, reconcile.Request{Now: w.calm})
		w.metTimes("sweep publishes", r.Published)
		w.metTimes("sweep owes", r.Owed)
		w.metTimes("sweep resends", r.Sent)
		w.metTimes("fetched", r.Stored)
	})
}

func (w *world) metTimes(what string, n int) {
	if n > 0 {
		w.seen[what] += n
		w.logf("! %s %d", what, n)
	}
}
