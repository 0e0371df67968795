package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
)

const (
	// parallelism is how many items a paced run has under way at once.
	parallelism = 8
	// itemTimeout bounds one item, also after Ctrl-C.
	itemTimeout = 30 * time.Second
)

// pace is how fast an operator's request goes through, so that it leaves the
// live traffic its room.
type pace struct {
	rate float64 // items per second
	*progress
}

// rateFlag is --rate.
type rateFlag float64

// paceFlag adds --rate.
func paceFlag(cmd *cobra.Command, rate *rateFlag) {
	*rate = 20
	cmd.Flags().Var(rate, "rate", "how many per second at most")
}

// Set refuses a rate that cannot be kept, before anything is looked up.
func (r *rateFlag) Set(text string) error {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= 0.001 && n <= 1e6) {
		return errors.New("must be between 0.001 and 1000000")
	}
	*r = rateFlag(n)
	return nil
}

func (r *rateFlag) String() string { return strconv.FormatFloat(float64(*r), 'g', -1, 64) }

// Type is what --help calls the value.
func (r *rateFlag) Type() string { return "float" }

// newPace begins the work on n items; the caller ends its progress.
func newPace(cmd *cobra.Command, what string, rate rateFlag, n int) pace {
	return pace{float64(rate), newProgress(cmd, what, n)}
}

// each does the items 0 to n-1, a few at once. When ctx ends it begins no
// further one, lets those that have begun end, and returns ctx's error. All
// before done are done; a few after it may be.
func (p pace) each(ctx context.Context, n int, do func(ctx context.Context, i int) error) (done int, err error) {
	tick := time.NewTicker(max(time.Duration(float64(time.Second)/p.rate), time.Microsecond))
	defer tick.Stop()
	for done < n && err == nil {
		var g errgroup.Group
		first, begun := done, 0
		for ; begun < parallelism && first+begun < n && waitFor(ctx, tick.C) == nil; begun++ {
			i := first + begun
			g.Go(func() error {
				ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), itemTimeout)
				defer cancel()
				defer p.add()
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

// takes is how long n items take at the rate.
func takes(n int, rate rateFlag) string {
	return (time.Duration(float64(n)/float64(rate)*float64(time.Second)) + time.Second/2).Round(time.Second).String()
}

// count puts a number before a noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
