package reconcile

import (
	"context"
	"errors"
)

// Sweeps are all that the function runs.
type Sweeps struct {
	Owed   *Owed
	Missed *Missed
	Books  *Books // nil for none
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
	Report
	Fetched
	Pulled
	Backfill *Backfill `json:"backfill,omitempty"`
}

// Run does what was asked for, by default every sweep. One that fails keeps no
// other from its turn.
func (s Sweeps) Run(ctx context.Context, req Request) (Reply, error) {
	if req.Backfill != nil {
		b, err := s.Missed.Backfill(ctx, *req.Backfill)
		return Reply{Backfill: &b}, err
	}
	s.Owed.Seen, s.Missed.Complete = s.Missed.Note, req.Now
	report, owed := s.Owed.Sweep(ctx)
	fetched, missed := s.Missed.Sweep(ctx)
	pulled, books := s.Books.Sweep(ctx, req.Now)
	report.Checked += fetched.Listed
	return Reply{Report: report, Fetched: fetched, Pulled: pulled}, errors.Join(owed, missed, books)
}
