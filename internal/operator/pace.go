package operator

import (
	"cmp"
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// parallelism is how many items a bulk request has under way at once.
	parallelism = 8
	// itemTimeout bounds one item, also after the request was cancelled.
	itemTimeout = 30 * time.Second
)

// Pace is how fast a bulk request runs, so that it leaves live traffic its
// room. The zero value is as fast as possible.
type Pace struct {
	Rate     float64     // items per second; 0 is no limit
	Parallel int         // items under way at once; 0 is 8
	Progress func(n int) // called after each n items, from several goroutines; nil is none
}

// each does the items 0 to n-1. When ctx ends it begins no further one, lets
// those that have begun end, and returns ctx's error. All before done are done;
// a few after it may be. With Parallel 1 it starts no goroutine.
func (o *Operator) each(ctx context.Context, p Pace, n int, do func(ctx context.Context, i int) error) (done int, err error) {
	next := o.Now()
	for done < n && err == nil {
		var g errgroup.Group
		begun := 0
		for ; begun < p.parallel() && done+begun < n && o.turn(ctx, p, &next) == nil; begun++ {
			if i := done + begun; p.parallel() == 1 {
				err = p.item(ctx, i, do)
			} else {
				g.Go(func() error { return p.item(ctx, i, do) })
			}
		}
		if failed := g.Wait(); failed != nil {
			err = failed
		}
		if err == nil {
			done += begun
			err = ctx.Err()
		}
	}
	if done == n {
		return done, nil
	}
	return done, err
}

// item does one item, also when ctx ends meanwhile.
func (p Pace) item(ctx context.Context, i int, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), itemTimeout)
	defer cancel()
	defer p.progress(1)
	return do(ctx, i)
}

// turn waits until the next item may begin.
func (o *Operator) turn(ctx context.Context, p Pace, next *time.Time) error {
	if p.Rate <= 0 {
		return ctx.Err()
	}
	now := o.Now()
	if next.Before(now) {
		*next = now // no burst makes up for a slow item
	}
	*next = next.Add(time.Duration(float64(time.Second) / p.Rate))
	if err := o.Sleep(ctx, next.Sub(now)); err != nil {
		return err
	}
	return ctx.Err()
}

func (p Pace) parallel() int { return cmp.Or(p.Parallel, parallelism) }

func (p Pace) progress(n int) {
	if p.Progress != nil {
		p.Progress(n)
	}
}
