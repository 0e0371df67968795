package reconcile

import (
	"context"
	"errors"
)

// Sweeps are all that the function runs.
type Sweeps struct {
	Owed   *Owed
	Missed *Missed
}

// Request is what the function is invoked with: by a schedule, whose event has
// none of these members, or by an operator.
type Request struct {
	Backfill *Backfill `json:"backfill"`
}

// Reply says what was done.
type Reply struct {
	Report
	Fetched
	Backfill *Backfill `json:"backfill,omitempty"`
}

// Run does what was asked for, by default every sweep. One that fails keeps no
// other from its turn.
func (s Sweeps) Run(ctx context.Context, req Request) (Reply, error) {
	if req.Backfill != nil {
		b, err := s.Missed.Backfill(ctx, *req.Backfill)
		return Reply{Backfill: &b}, err
	}
	s.Owed.Seen = s.Missed.Note
	report, owed := s.Owed.Sweep(ctx)
	fetched, missed := s.Missed.Sweep(ctx)
	report.Checked += fetched.Listed
	return Reply{Report: report, Fetched: fetched}, errors.Join(owed, missed)
}
