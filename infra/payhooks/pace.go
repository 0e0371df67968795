package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
)

const (
	// abreast is how many pieces of work a paced run has under way at once.
	abreast = 8
	// pieceTime bounds one piece, also after Ctrl-C.
	pieceTime = 30 * time.Second
)

// pace is how fast an operator's request goes through, so that it leaves the
// live traffic its room.
type pace struct {
	rate float64 // pieces per second
	bar  *progressbar.ProgressBar
}

// paceFlag adds --rate.
func paceFlag(cmd *cobra.Command, rate *float64) {
	cmd.Flags().Float64Var(rate, "rate", 20, "how many per second at most")
}

func newPace(cmd *cobra.Command, what string, rate float64, n int) (pace, error) {
	if rate <= 0 {
		return pace{}, usage("--rate is %g: want more than 0", rate)
	}
	return pace{rate: rate, bar: progressbar.NewOptions(n, progressbar.OptionSetWriter(cmd.ErrOrStderr()),
		progressbar.OptionSetDescription(what), progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionClearOnFinish(),
		progressbar.OptionThrottle(200*time.Millisecond), progressbar.OptionSetVisibility(!wantsJSON(cmd) && terminal(os.Stderr)))}, nil
}

// each does the pieces 0 to n-1, a few at once. When ctx ends it begins no
// further one, lets those that have begun end, and returns ctx's error. All
// before done are done; a few after it may be.
func (p pace) each(ctx context.Context, n int, do func(ctx context.Context, i int) error) (done int, err error) {
	defer func() { _ = p.bar.Finish() }()
	tick := time.NewTicker(max(time.Duration(float64(time.Second)/p.rate), time.Microsecond))
	defer tick.Stop()
	for done < n && err == nil {
		var g errgroup.Group
		first, begun := done, 0
		for ; begun < abreast && first+begun < n && waitFor(ctx, tick.C) == nil; begun++ {
			i := first + begun
			g.Go(func() error {
				ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pieceTime)
				defer cancel()
				defer func() { _ = p.bar.Add(1) }()
				return do(ctx, i)
			})
		}
		if err = g.Wait(); err == nil {
			done += begun
			err = ctx.Err()
		}
	}
	if done == n {
		return done, nil
	}
	return done, err
}

func waitFor(ctx context.Context, c <-chan time.Time) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-c:
		return ctx.Err()
	}
}

// takes says how long n pieces take at the rate.
func takes(n int, rate float64) string {
	return (time.Duration(float64(n)/rate*float64(time.Second)) + time.Second/2).Round(time.Second).String()
}

// count puts a number before a noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
