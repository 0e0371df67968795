package chaos

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/payhooks/payhooks/infra/demo"
)

// load posts the events at the rate, each until it is acknowledged, as Stripe
// does.
func (c *run) load(ctx context.Context, es []demo.Event) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(32)
	tick := time.NewTicker(time.Duration(float64(time.Second) / c.Rate))
	defer tick.Stop()
	for _, e := range es {
		select {
		case <-ctx.Done():
			return g.Wait()
		case <-tick.C:
		}
		g.Go(func() error { return c.insist(ctx, e) })
	}
	return g.Wait()
}

// insist posts an event until it is acknowledged.
func (c *run) insist(ctx context.Context, e demo.Event) error {
	for ctx.Err() == nil {
		c.sent.Add(1)
		if running, err := c.stack.find(); err == nil {
			try, cancel := context.WithTimeout(ctx, 35*time.Second)
			err = demo.Post(try, running.API, e.Body)
			cancel()
			if err == nil {
				return nil
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(500 * time.Millisecond):
		}
	}
	return ctx.Err()
}
