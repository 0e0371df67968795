// Package reconcile closes gaps. Its sweeps are due (redeliver what waits and is
// due), pending (publish what the bus never had), unrecorded (record subscribers
// without a delivery), missing (store what Stripe did not deliver) and books
// (complete the journal).
package reconcile

import (
	"context"
	"errors"
)

// Sweeps are all that the function runs.
type Sweeps struct {
	Due        *Due
	Pending    *Pending
	Unrecorded *Unrecorded
	Missing    *Missing
	Books      *Books // nil for none
}

// Request is what the function is invoked with: by a schedule, whose event has
// none of these members, or by an operator.
type Request struct {
	Backfill *Backfill `json:"backfill"`
	// Now lists everything at Stripe and pulls the books, although it is not
	// time for that yet.
	Now bool `json:"now"`
}

// Reply says what was done.
type Reply struct {
	Checked int `json:"checked"` // events and deliveries looked at
	DueReport
	PendingReport
	UnrecordedReport
	Fetched
	Pulled
	Backfill *Backfill `json:"backfill,omitempty"`
}

// Run does what was asked for, by default every sweep. One that fails does not
// keep the others from running.
func (s Sweeps) Run(ctx context.Context, req Request) (r Reply, err error) {
	if req.Backfill != nil {
		b, err := s.Missing.Backfill(ctx, *req.Backfill)
		return Reply{Backfill: &b}, err
	}
	s.Pending.Seen, s.Missing.Complete = s.Missing.Note, req.Now
	var pending, unrecorded, due, missing, books error
	r.PendingReport, pending = s.Pending.Sweep(ctx, &r.Checked)
	r.UnrecordedReport, unrecorded = s.Unrecorded.Sweep(ctx)
	r.DueReport, due = s.Due.Sweep(ctx, &r.Checked)
	r.Fetched, missing = s.Missing.Sweep(ctx)
	r.Pulled, books = s.Books.Sweep(ctx, req.Now)
	r.Checked += r.Listed
	return r, errors.Join(pending, unrecorded, due, missing, books)
}
