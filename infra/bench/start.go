package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/payhooks/payhooks/infra/checkout"
)

// started is what it took from make run until the stack was ready.
type started struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu_seconds"` // user and system, of all that make started, until it was stopped again
}

// changedFile is one that nearly everything imports.
const changedFile = "internal/event/event.go"

// starts starts the stack of a copy of the checkout three times: with an empty build cache,
// unchanged, and with a line added to what nearly every package imports; and a copy of the
// commit base, with an empty build cache. Modules are taken from the machine's cache.
func starts(ctx context.Context, from, base string) (all []started, err error) {
	dir, err := os.MkdirTemp("", "payhooks-bench-start-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	copied := filepath.Join(dir, "checkout")
	if err := checkout.Copy(ctx, from, copied); err != nil {
		return nil, err
	}
	// checkout.Copy lends the engine; a clone has none.
	if err := os.RemoveAll(filepath.Join(copied, "infra", "local", "engine", "node_modules")); err != nil {
		return nil, err
	}
	for _, s := range []struct {
		name   string
		before func() error
	}{
		{"fresh clone, nothing compiled", func() error { return nil }},
		{"second start", func() error { return nil }},
		{"after a new line in " + changedFile, func() error { return add(filepath.Join(copied, changedFile)) }},
	} {
		if err := s.before(); err != nil {
			return nil, err
		}
		one, err := start(ctx, copied, filepath.Join(dir, "gocache"))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		one.Name = s.name
		all = append(all, one)
	}
	err = inCheckout(ctx, base, false, func(copied string) error {
		one, err := start(ctx, copied, filepath.Join(dir, "gocache-then"))
		one.Name = "fresh clone of " + base
		all = append(all, one)
		return err
	})
	return all, err
}

// start measures make run.
func start(ctx context.Context, dir, cache string) (started, error) {
	begin := time.Now()
	s, err := launch(ctx, dir, "env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "GOCACHE="+cache, "make", "run")
	if err != nil {
		return started{}, err
	}
	took := time.Since(begin)
	if err := s.stop(); err != nil {
		return started{}, err
	}
	state := s.cmd.ProcessState
	return started{Seconds: took.Seconds(), CPU: (state.UserTime() + state.SystemTime()).Seconds()}, nil
}

func add(file string) error {
	text, err := os.ReadFile(file) //nolint:gosec // of the copy
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, "\nconst measured = 1\n"...), 0o600) //nolint:gosec // of the copy
}

func printStarts(w io.Writer, all []started) {
	if len(all) == 0 {
		return
	}
	_, _ = fmt.Fprintln(w, "From make run until the stack is ready, modules and npm's packages downloaded before")
	_, _ = fmt.Fprintln(w, "seconds\tCPU seconds\t")
	for _, s := range all {
		_, _ = fmt.Fprintf(w, "%.1f\t%.1f\t  %s\n", s.Seconds, s.CPU, s.Name)
	}
	_, _ = fmt.Fprintln(w)
}
