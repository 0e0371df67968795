// Command mutants takes one guard at a time out of the code and shows which
// test notices. A guard whose removal no test notices is a failure: either the
// guard or a test is missing. With arguments it takes only the guards that have
// one of them in their names.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, chosen(os.Args[1:])); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

func chosen(words []string) []guard {
	return slices.DeleteFunc(slices.Clone(guards), func(g guard) bool {
		return len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(g.name, w) })
	})
}

// result is what noticed the removal of a guard, or why it cannot be removed.
type result struct {
	by  string
	err error
}

// run removes a few guards at once, and prints each result in order.
func run(ctx context.Context, guards []guard) error {
	begin := time.Now()
	results := make([]chan result, len(guards))
	for i := range results {
		results[i] = make(chan result, 1)
	}
	var survived int
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return removeAll(ctx, guards, results) })
	g.Go(func() (err error) {
		survived, err = report(ctx, guards, results)
		return err
	})
	if err := g.Wait(); err != nil {
		return err
	}
	fmt.Printf("%d guards removed, %d noticed, in %s\n", len(guards), len(guards)-survived, time.Since(begin).Round(time.Second))
	if survived > 0 {
		return fmt.Errorf("the removal of %d guards was not noticed; add a test for each", survived)
	}
	return nil
}

func removeAll(ctx context.Context, guards []guard, results []chan result) error {
	workers, ctx := errgroup.WithContext(ctx)
	workers.SetLimit(runtime.GOMAXPROCS(0))
	for i, guard := range guards {
		workers.Go(func() error {
			by, err := guard.remove(ctx)
			results[i] <- result{by, err}
			return ctx.Err()
		})
	}
	return workers.Wait()
}

func report(ctx context.Context, guards []guard, results []chan result) (survived int, err error) {
	for i := range results {
		var r result
		select {
		case r = <-results[i]:
		case <-ctx.Done():
			return survived, context.Cause(ctx)
		}
		if r.err != nil {
			survived++
			r.by = "NOT REMOVED: " + r.err.Error()
		} else if r.by == "" {
			survived++
			r.by = "NOT NOTICED"
		}
		fmt.Printf("%-66s %s\n", guards[i].name, r.by)
	}
	return survived, nil
}

// remove runs the guard's tests with the guard taken out of a copy of its file
// and returns what failed, or nothing. The tree itself is never touched.
func (g guard) remove(ctx context.Context) (by string, err error) {
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	overlay, err := g.overlay(dir)
	if err != nil {
		return "", err
	}
	return g.test(ctx, overlay)
}
