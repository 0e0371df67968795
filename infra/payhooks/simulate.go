package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/simtest"
)

// simulation is the summary of a run.
type simulation struct {
	Schedules  uint64       `json:"schedules"`
	First      uint64       `json:"first"`
	FailedSeed *uint64      `json:"failed_seed,omitempty"`
	Seconds    float64      `json:"seconds"`
	Rate       float64      `json:"rate"` // schedules per second
	Met        simtest.Seen `json:"met"`  // faults, and the paths that dealt with them
}

func simulateCommand() *cobra.Command {
	var first, n uint64
	cmd := &cobra.Command{
		Use: "simulate", Short: "Run seeded schedules of crashes, lost replies and clock jumps", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if n < 1 {
				return cli.Usage("--seeds %d: must be 1 or more", n)
			}
			s, err := simulate(cmd, first, n)
			if cli.WantsJSON(cmd) {
				err = errors.Join(err, cli.PrintJSON(cmd.OutOrStdout(), s))
			} else if err == nil {
				s.print(cmd.OutOrStdout())
			}
			var f *simtest.Failure
			if errors.As(err, &f) {
				fmt.Fprintln(cmd.ErrOrStderr(), strings.Join(f.Trace, "\n"))
				err = fmt.Errorf("%w\nreplay it with: payhooks simulate --seeds 1 --first %d", err, f.Seed)
			}
			return err
		},
	}
	cmd.AddCommand(volumeCommand())
	cmd.Flags().Uint64Var(&n, "seeds", 1000, "how many schedules")
	cmd.Flags().Uint64Var(&first, "first", 1, "the first seed")
	return cmd
}

func (s simulation) print(out io.Writer) {
	for _, what := range slices.Sorted(maps.Keys(s.Met)) {
		fmt.Fprintf(out, "%10d  %s\n", s.Met[what], what)
	}
	fmt.Fprintf(out, "%s from seed %d: every promise held (%.0f schedules/s)\n", cli.Count(int(s.Schedules), "schedule", "schedules"), s.First, s.Rate) //nolint:gosec // far fewer
}

// simulators run schedules on every core. The failure that they report is the
// first by seed, whichever core was faster.
type simulators struct {
	plan     simtest.Plan
	first, n uint64
	progress func(n int)

	mu     sync.Mutex
	next   uint64
	done   uint64
	met    simtest.Seen
	failed *simtest.Failure
}

func simulate(cmd *cobra.Command, first, n uint64) (simulation, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // many small worlds, each soon over
	plan, err := simulatedPlan()
	if err != nil {
		return simulation{First: first, Met: simtest.Seen{}}, err
	}
	shown := cli.NewProgress(cmd, "schedules", int(min(n, math.MaxInt)))
	all := &simulators{plan: plan, first: first, n: n, progress: shown.Add, met: simtest.Seen{}}
	begin := time.Now()
	err = all.run(cmd.Context())
	shown.End()
	s := simulation{Schedules: all.done, First: first, Seconds: time.Since(begin).Seconds(), Met: all.met}
	s.Rate = float64(s.Schedules) / s.Seconds
	if all.failed != nil {
		s.FailedSeed, err = &all.failed.Seed, all.failed
	}
	return s, err
}

func (s *simulators) run(ctx context.Context) error {
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for seed, ok := s.take(ctx); ok; seed, ok = s.take(ctx) {
				s.note(simtest.Run(s.plan, seed))
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

// take hands out the seeds in turn, until one has failed.
func (s *simulators) take(ctx context.Context) (seed uint64, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	seed, ok = s.first+s.next, s.next < s.n && s.failed == nil && ctx.Err() == nil
	s.next++
	return seed, ok
}

func (s *simulators) note(met simtest.Seen, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done++
	s.progress(1)
	for what, n := range met {
		s.met[what] += n
	}
	var f *simtest.Failure
	if errors.As(err, &f) && (s.failed == nil || f.Seed < s.failed.Seed) {
		s.failed = f
	}
}
