package fetch

import (
	"context"

	"github.com/payhooks/payhooks/internal/event"
)

// inTurn makes one request to Stripe at a time: so many requests run at once as
// functions do, whatever their batches have. The tables need not wait for that.
type inTurn struct {
	source event.ThinSource
	free   chan struct{}
}

func newInTurn(source event.ThinSource) inTurn { return inTurn{source, make(chan struct{}, 1)} }

func (s inTurn) ThinEvent(ctx context.Context, livemode bool, account, id string) ([]byte, error) {
	return s.do(ctx, func() ([]byte, error) { return s.source.ThinEvent(ctx, livemode, account, id) })
}

func (s inTurn) Snapshot(ctx context.Context, livemode bool, account, id string) ([]byte, error) {
	return s.do(ctx, func() ([]byte, error) { return s.source.Snapshot(ctx, livemode, account, id) })
}

func (s inTurn) Object(ctx context.Context, livemode bool, account, path, version string) ([]byte, error) {
	return s.do(ctx, func() ([]byte, error) { return s.source.Object(ctx, livemode, account, path, version) })
}

func (s inTurn) do(ctx context.Context, request func() ([]byte, error)) ([]byte, error) {
	select {
	case s.free <- struct{}{}:
		defer func() { <-s.free }()
		return request()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
