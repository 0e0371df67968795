package main

import (
	"context"
	"sync"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"golang.org/x/sync/errgroup"
)

const (
	maxWindow = 60 * 24 * time.Hour
	readers   = 16
)

// received returns the events received in [from, to), read in parallel.
func received(ctx context.Context, c *connection, from, to time.Time) ([]event.Stored, error) {
	var (
		mu  sync.Mutex
		all []event.Stored
	)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readers)
	for start := from; start.Before(to); start = start.Add(24 * time.Hour) {
		end := start.Add(24 * time.Hour)
		if end.After(to) {
			end = to
		}
		g.Go(func() error {
			return c.Tables.Received(ctx, start, end, func(s event.Stored) bool {
				mu.Lock()
				defer mu.Unlock()
				all = append(all, s)
				return true
			})
		})
	}
	return all, g.Wait()
}
