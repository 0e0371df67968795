package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// load posts events to a stack and waits until its action has posted each to the sink.
type load struct {
	stack *stack
	sink  *sink
}

// burst posts n events as fast as they are answered and returns when the sink has them.
func (l *load) burst(ctx context.Context, n int) error {
	made, err := sized(n)
	if err != nil {
		return err
	}
	all := l.sink.begin(n)
	if err := l.stack.post(ctx, made); err != nil {
		return err
	}
	return l.wait(ctx, n, all)
}

// wait returns when the sink has each event, once.
func (l *load) wait(ctx context.Context, n int, all <-chan struct{}) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-all:
	case <-time.After(doneWithin):
		came, _ := l.sink.got()
		return fmt.Errorf("the sink has %d of %d events after %s", len(came), n, doneWithin)
	}
	if _, twice := l.sink.got(); twice > 0 {
		return fmt.Errorf("the sink got %d of %d events twice", twice, n)
	}
	return nil
}

// full measures a burst of n events.
func (l *load) full(ctx context.Context, n int) (f full, err error) {
	before, err := l.stack.quiet(ctx)
	if err != nil {
		return f, err
	}
	begin := time.Now()
	if err := l.burst(ctx, n); err != nil {
		return f, err
	}
	f.PerSecond = float64(n) / time.Since(begin).Seconds()
	if f.MemoryMB, err = memoryOf("/proc", l.stack.cmd.Process.Pid); err != nil {
		return f, err
	}
	after, err := l.stack.quiet(ctx)
	f.CPU = after.since(before)
	f.CPU.Events = n
	return f, err
}

// steady posts at a rate, whatever is still under way, and returns how long the events took.
func (l *load) steady(ctx context.Context, rate int) (latency, error) {
	n := max(rate*int(steadyFor/time.Second), 150)
	made, err := sized(n)
	if err != nil {
		return latency{}, err
	}
	before, err := l.stack.quiet(ctx)
	if err != nil {
		return latency{}, err
	}
	all := l.sink.begin(n)
	began, err := l.pace(ctx, rate, made)
	if err != nil {
		return latency{}, err
	}
	if err := l.wait(ctx, n, all); err != nil {
		return latency{}, err
	}
	after, err := l.stack.quiet(ctx)
	if err != nil {
		return latency{}, err
	}
	cpu := after.since(before)
	cpu.Events = n
	came, _ := l.sink.got()
	took := make([]time.Duration, 0, n)
	for id, at := range came {
		took = append(took, at.Sub(began[id]))
	}
	slices.Sort(took)
	return latency{
		Rate: rate, Events: n, PerCPU: cpu.Rate(),
		P50: milliseconds(took[n/2]), P99: milliseconds(took[n*99/100]),
	}, nil
}

// pace starts a request every 1/rate seconds and returns when each began.
func (l *load) pace(ctx context.Context, rate int, made map[string][]byte) (map[string]time.Time, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 30 * time.Second}
	defer client.CloseIdleConnections()
	var (
		g     errgroup.Group
		mu    sync.Mutex
		began = make(map[string]time.Time, len(made))
		tick  = time.NewTicker(time.Second / time.Duration(rate))
	)
	defer tick.Stop()
	for id, body := range made {
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), g.Wait())
		case <-tick.C:
		}
		g.Go(func() error {
			mu.Lock()
			began[id] = time.Now()
			mu.Unlock()
			return l.stack.postOne(ctx, client, body)
		})
	}
	err := g.Wait()
	return began, err
}

// memoryOf is the memory, in MB, of the processes below root, without counting twice what
// they share.
func memoryOf(proc string, root int) (float64, error) {
	all, err := processes(proc)
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for _, p := range all {
		if !below(all, p.pid, root) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(proc, strconv.Itoa(p.pid), "smaps_rollup")) //nolint:gosec // of /proc
		if err != nil {
			continue // it has ended
		}
		for line := range strings.Lines(string(text)) {
			if kb, is := strings.CutPrefix(line, "Pss:"); is {
				n, err := strconv.ParseFloat(strings.Fields(kb)[0], 64)
				if err != nil {
					return 0, fmt.Errorf("read the memory of process %d: %w", p.pid, err)
				}
				sum += n / 1000
			}
		}
	}
	return sum, nil
}
