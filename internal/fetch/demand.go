package fetch

import (
	"context"
	"errors"
	"fmt"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
)

// OnDemand fetches for an event that an operator replays, even if its fetch
// was parked or discarded, and returns the id of the occurrence. It publishes what is still pending; who
// gets a replay is the operator's choice. An error that is not in the reply means that
// another try may succeed.
func (f *Fetcher) OnDemand(ctx context.Context, id string) (delivery.FetchReply, error) {
	for range 2 { // a twin may be thin, too
		s, err := f.Store.Get(ctx, id)
		switch {
		case err != nil:
			return delivery.FetchReply{}, fmt.Errorf("read the event: %w", err)
		case s.Occurrence != "":
			id = s.Occurrence
			continue
		case !s.Unfetched():
			return f.demanded(ctx, s)
		}
		var final *event.PermanentError
		if id, err = f.Link(ctx, s); errors.As(err, &final) || errors.Is(err, event.ErrNotConfigured) {
			return delivery.FetchReply{Error: err.Error()}, nil
		} else if err != nil {
			return delivery.FetchReply{}, err
		}
	}
	s, err := f.Store.Get(ctx, id)
	if err != nil {
		return delivery.FetchReply{}, fmt.Errorf("read the event: %w", err)
	}
	return f.demanded(ctx, s)
}

func (f *Fetcher) demanded(ctx context.Context, s event.Stored) (delivery.FetchReply, error) {
	if s.Pending && s.ByFetch && !s.ToFetch {
		if err := f.Publish(ctx, s); err != nil {
			return delivery.FetchReply{}, err
		}
	}
	return delivery.FetchReply{Event: s.ID}, nil
}
