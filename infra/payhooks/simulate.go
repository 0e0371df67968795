package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/payhooks/payhooks/internal/simtest"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
)

// simulation is the summary of a run.
type simulation struct {
	Schedules  uint64  `json:"schedules"`
	First      uint64  `json:"first"`
	FailedSeed *uint64 `json:"failed_seed,omitempty"`
	Seconds    float64 `json:"seconds"`
	Rate       float64 `json:"rate"` // schedules per second
}

func simulateCommand() *cobra.Command {
	var first, n uint64
	cmd := &cobra.Command{
		Use: "simulate", Short: "Run seeded schedules of crashes, lost replies and clock jumps", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := simulate(cmd, first, n)
			if wantsJSON(cmd) {
				err = errors.Join(err, printJSON(cmd.OutOrStdout(), s))
			} else if err == nil {
				fmt.Fprintf(cmd.OutOrStdout(), "%d schedules from seed %d: every promise held (%.0f schedules/s)\n", s.Schedules, s.First, s.Rate)
			}
			var f *simtest.Failure
			if errors.As(err, &f) {
				fmt.Fprintf(cmd.ErrOrStderr(), "replay it with: payhooks simulate --seeds 1 --first %d\n", f.Seed)
			}
			return err
		},
	}
	cmd.Flags().Uint64Var(&n, "seeds", 1000, "how many schedules")
	cmd.Flags().Uint64Var(&first, "first", 1, "the first seed")
	return cmd
}

// simulate runs the schedules on every core and stops at the first failure.
func simulate(cmd *cobra.Command, first, n uint64) (simulation, error) {
	bar := progressbar.NewOptions64(int64(n), progressbar.OptionSetWriter(cmd.ErrOrStderr()), //nolint:gosec // a count
		progressbar.OptionSetDescription("schedules"), progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionClearOnFinish(),
		progressbar.OptionThrottle(200*time.Millisecond), progressbar.OptionSetVisibility(!wantsJSON(cmd) && terminal(os.Stderr)))
	begin := time.Now()
	var next, done atomic.Uint64
	g, ctx := errgroup.WithContext(cmd.Context())
	for range runtime.GOMAXPROCS(0) {
		g.Go(func() error {
			for ctx.Err() == nil {
				seed := next.Add(1) - 1
				if seed >= n {
					return nil
				}
				if err := simtest.Run(first + seed); err != nil {
					return err
				}
				done.Add(1)
				_ = bar.Add(1)
			}
			return ctx.Err()
		})
	}
	err := g.Wait()
	_ = bar.Finish()
	s := simulation{Schedules: done.Load(), First: first, Seconds: time.Since(begin).Seconds()}
	s.Rate = float64(s.Schedules) / s.Seconds
	var f *simtest.Failure
	if errors.As(err, &f) {
		s.FailedSeed = &f.Seed
	}
	return s, err
}
