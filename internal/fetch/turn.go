package fetch

import "context"

// inTurn lets one event at a time ask Stripe: as many do as functions run, whatever their
// batches have. An event keeps the turn until its last request, so that of a batch some are
// done in a function's time if Stripe is slow, and not a part of each. The rest of their work
// need not wait.
func (f *Fetcher) inTurn(ctx context.Context, ask func() error) error {
	if f.turn == nil {
		return ask()
	}
	select {
	case f.turn <- struct{}{}:
		defer func() { <-f.turn }()
		return ask()
	case <-ctx.Done():
		return ctx.Err()
	}
}
