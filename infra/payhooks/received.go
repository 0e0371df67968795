package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"golang.org/x/sync/errgroup"
)

// ever is longer ago than anything happened.
const ever = 20 * 365 * 24 * time.Hour

// readers is how many days are read at once.
const readers = 16

// received returns the events received in [from, to), read in parallel. Those
// that can be read are returned beside an error that is event.ErrInvalid.
func received(ctx context.Context, c *connection, from, to time.Time) ([]event.Stored, error) {
	var (
		mu  sync.Mutex
		all []event.Stored
		odd error
	)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readers)
	window := 24 * time.Hour
	if to.Sub(from) >= ever {
		window = ever // read at one go
	}
	for start := from; start.Before(to); start = start.Add(window) {
		end := start.Add(window)
		if end.After(to) {
			end = to
		}
		g.Go(func() error {
			err := c.Tables.ReceivedBetween(ctx, start, end, func(s event.Stored) bool {
				mu.Lock()
				defer mu.Unlock()
				all = append(all, s)
				return true
			})
			if !errors.Is(err, event.ErrInvalid) {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			odd = errors.Join(odd, err)
			return nil
		})
	}
	return all, errors.Join(g.Wait(), odd)
}
