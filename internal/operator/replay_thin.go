package operator

import (
	"context"
	"fmt"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
)

// fetch has function fetch make a thin event whole and returns its occurrence, or none if
// it cannot be fetched.
func (r *replay) fetch(ctx context.Context, s event.Stored) (event.Stored, error) {
	var reply delivery.FetchReply
	request := struct {
		Fetch delivery.FetchRequest `json:"fetch"`
	}{delivery.FetchRequest{Event: s.ID}}
	if err := r.Functions.Invoke(ctx, event.Fetch, request, &reply); err != nil {
		return event.Stored{}, fmt.Errorf("fetch for %s: %w", s.ID, err)
	}
	if reply.Error != "" {
		r.skip(ReasonUnfetched)
		return event.Stored{}, nil
	}
	return r.Store.Get(ctx, reply.Event)
}
