// Package parallel runs a function for each item of a slice, a few at once.
package parallel

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// Each calls fn for every item, at most limit at once, and waits for all calls.
// The first error is returned; it cancels the context of the other calls, and
// items whose call has not begun are left out. When ctx ends, no further call
// begins and its error is returned. A limit of 1 calls fn in the caller's goroutine.
func Each[T any](ctx context.Context, limit int, items []T, fn func(context.Context, T) error) error {
	if clock, ok := ctx.Value(clockKey{}).(Clock); ok && len(items) > 0 {
		defer clock.Parallel(min(limit, len(items)), len(items))()
		return inTurn(ctx, items, fn)
	}
	if limit == 1 {
		return inTurn(ctx, items, fn)
	}
	g, inner := errgroup.WithContext(ctx)
	g.SetLimit(limit)
	for _, item := range items {
		g.Go(func() error {
			if err := inner.Err(); err != nil {
				return err
			}
			return fn(inner, item)
		})
	}
	return g.Wait()
}

// inTurn calls fn for one item after the other, until the first error.
func inTurn[T any](ctx context.Context, items []T, fn func(context.Context, T) error) error {
	for _, item := range items {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := fn(ctx, item); err != nil {
			return err
		}
	}
	return nil
}

// Clock is the time of a simulation, in which one thing happens after the other.
type Clock interface {
	// Parallel says that the next calls are n, of which so many would run at once,
	// until the returned function is called.
	Parallel(atOnce, n int) (end func())
}

type clockKey struct{}

// InTurn makes Each and Map call one after the other, in the caller's goroutine.
func InTurn(ctx context.Context, c Clock) context.Context {
	return context.WithValue(ctx, clockKey{}, c)
}

// Map is Each with a result per item, in the order of the items. With an error
// there are no results.
func Map[T, R any](ctx context.Context, limit int, items []T, fn func(context.Context, T) (R, error)) ([]R, error) {
	type slot struct {
		item T
		to   *R
	}
	results := make([]R, len(items))
	slots := make([]slot, len(items))
	for i, item := range items {
		slots[i] = slot{item, &results[i]}
	}
	err := Each(ctx, limit, slots, func(ctx context.Context, s slot) (err error) {
		*s.to, err = fn(ctx, s.item)
		return err
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}
