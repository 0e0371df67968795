package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/payhooks/payhooks/events"
)

// threeActions is an event type with the same three subscribers at every
// commit that is compared.
var (
	threeActions     = sample{Type: "payment_intent.succeeded", Version: events.Go}
	threeSubscribers = []string{"update-order", "send-receipt", "adjust-inventory"}
)

// comparison is the CPU time of this checkout's stack and of another commit's.
type comparison struct {
	Base  string  `json:"base"`
	Now   []spent `json:"now"`
	Then  []spent `json:"then"`
	Ratio float64 `json:"ratio"` // of events per CPU second, now to then
}

// compare runs the same load on both, in turns, so that a machine that is
// busier for a while does not favour one.
func compare(ctx context.Context, o options) (*comparison, error) {
	c := &comparison{Base: o.base}
	err := inCheckout(ctx, o.base, true, func(base string) error {
		for range o.rounds {
			then, err := round(ctx, base, o.load)
			if err != nil {
				return err
			}
			now, err := round(ctx, ".", o.load)
			if err != nil {
				return fmt.Errorf("this checkout: %w", err)
			}
			c.Then, c.Now = append(c.Then, then), append(c.Now, now)
		}
		c.Ratio = total(c.Now).Rate() / total(c.Then).Rate()
		return nil
	})
	return c, err
}

// round puts n events through a new stack of the checkout and returns what CPU
// time they took. Starting the stack is not in it, nor is asking it what became
// of them.
func round(ctx context.Context, dir string, n int) (s spent, err error) {
	on, err := startStack(ctx, dir)
	if err != nil {
		return spent{}, err
	}
	defer func() { err = errors.Join(err, on.stop()) }()
	if err := threeActions.through(ctx, on, n/10+8); err != nil {
		return spent{}, fmt.Errorf("warm up: %w", err)
	}
	made, err := threeActions.make(n)
	if err != nil {
		return spent{}, err
	}
	before, err := on.quiet(ctx)
	if err != nil {
		return spent{}, err
	}
	if err := on.post(ctx, made); err != nil {
		return spent{}, err
	}
	after, err := on.quiet(ctx)
	if err != nil {
		return spent{}, err
	}
	if err := on.finished(ctx, made); err != nil {
		return spent{}, err
	}
	s = after.since(before)
	s.Events = n
	return s, nil
}

// quiet waits until the stack has nothing to do any more, which it sees by the
// CPU time, and returns that.
func (s *stack) quiet(ctx context.Context) (spent, error) {
	const window, idle = 1500 * time.Millisecond, 0.06
	ctx, cancel := context.WithTimeout(ctx, doneWithin)
	defer cancel()
	last, err := cpuOf("/proc", s.cmd.Process.Pid)
	for err == nil {
		select {
		case <-ctx.Done():
			return last, fmt.Errorf("the stack is still busy after %s", doneWithin)
		case <-time.After(window):
		}
		now, readErr := cpuOf("/proc", s.cmd.Process.Pid)
		if readErr == nil && now.Sum()-last.Sum() <= idle {
			return now, nil
		}
		last, err = now, readErr
	}
	return last, err
}

// finished fails if an event is not done, although the stack was quiet.
func (s *stack) finished(ctx context.Context, made map[string][]byte) error {
	statuses, err := s.statuses(ctx, threeActions.Type, 1_000_000)
	if err != nil {
		return err
	}
	for id := range made {
		if statuses[id] != "done" {
			return fmt.Errorf("the stack is idle and event %s is %q", id, statuses[id])
		}
	}
	return nil
}

// inCheckout calls f with a folder that has a commit's files, with the command and the
// engine, which npm installs, if it is built.
func inCheckout(ctx context.Context, ref string, built bool, f func(dir string) error) error {
	dir, err := os.MkdirTemp("", "payhooks-bench-base-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err = extract(ctx, ref, dir); err == nil && built {
		err = prepare(ctx, dir)
	}
	if err == nil {
		err = f(dir)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", ref, err)
	}
	return nil
}

func extract(ctx context.Context, ref, dir string) error {
	archive := filepath.Join(dir, "files.tar")
	for _, args := range [][]string{
		{"git", "archive", "--format=tar", "--output=" + archive, ref}, {"tar", "-xf", archive, "-C", dir},
	} {
		//nolint:gosec // git and tar from PATH
		if out, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("check out: %w: %s", err, out)
		}
	}
	return os.Remove(archive)
}

// prepare builds the command. The engine is shared with this checkout.
func prepare(ctx context.Context, dir string) error {
	const modules = "infra/local/engine/node_modules"
	if here, err := filepath.Abs(modules); err == nil {
		if _, err := os.Stat(here); err == nil {
			if err := os.Symlink(here, filepath.Join(dir, modules)); err != nil {
				return err
			}
		}
	}
	return build(ctx, dir)
}
