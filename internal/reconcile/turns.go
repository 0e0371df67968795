package reconcile

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Sweep is one of the function's jobs. One run at a time.
type Sweep interface {
	Name() string
	// Begin says what there is to do in this run.
	Begin(ctx context.Context, run *Run) (*Work, error)
}

// Part is a shard or scope of a sweep, with a cursor of its own.
type Part interface {
	// Page does the next page and moves the cursor behind it; more reports whether
	// there is another. event.ErrConflict: another run moved the cursor.
	Page(ctx context.Context) (more bool, err error)
	// Fail leaves the part alone for a while, since Page failed, and returns what of
	// the error is a failure of the run.
	Fail(ctx context.Context, err error) error
}

// ErrEnough ends a sweep's work in this run: it has done what it may.
var ErrEnough = errors.New("the run has done what it may")

// Work is what a sweep has to do in one run.
type Work struct {
	// First get every second page, Parts the others, in turn.
	First, Parts []Part
	// Complete is up to when the sweep is complete, once the work has ended.
	Complete func() time.Time
	// Counts are what was done.
	Counts func() Counts
}

// next takes the part whose turn it is out of the queue; nil if there is none.
func (w *Work) next(turn int) (p Part, back func(Part)) {
	queue := &w.First
	if len(w.First) == 0 || turn%2 == 1 && len(w.Parts) > 0 {
		queue = &w.Parts
	}
	if len(*queue) == 0 {
		return nil, nil
	}
	p, *queue = (*queue)[0], (*queue)[1:]
	return p, func(p Part) { *queue = append(*queue, p) }
}

// Run is one run of the function.
type Run struct {
	Request
	Until   time.Time // when the sweep whose turn it is must stop beginning pages
	now     func() time.Time
	log     *slog.Logger
	cursors map[string]event.Row
	report  func(error)
}

// Report names what the sweep whose turn it is has met, without ending a part of it.
func (r *Run) Report(err error) { r.report(err) }

// Time reports whether the sweep whose turn it is may begin another piece of work.
func (r *Run) Time() bool { return r.now().Before(r.Until) }

// job is a sweep in one run.
type job struct {
	Sweep
	work   *Work // nil: not begun
	turns  int
	ended  bool // nothing is left, or it may do no more
	failed failures
}

// turn gives the sweep its share of the time.
func (j *job) turn(ctx context.Context, run *Run) {
	run.report = j.failed.add
	if j.work == nil {
		var err error
		if j.work, err = j.Begin(ctx, run); err != nil {
			j.failed.add(err)
		}
		if j.work == nil {
			j.work, j.ended = &Work{}, true
		}
	}
	for !j.ended && run.Time() && ctx.Err() == nil {
		j.page(ctx, run)
	}
}

// page gives one part a page. One that fails is out of this run.
func (j *job) page(ctx context.Context, run *Run) {
	part, back := j.work.next(j.turns)
	if part == nil {
		j.ended = true
		return
	}
	j.turns++
	more, err := part.Page(ctx)
	switch {
	case errors.Is(err, ErrEnough):
		j.ended = true
	case errors.Is(err, event.ErrConflict):
		run.log.InfoContext(ctx, j.Name(), "detail", "another run is at it: "+err.Error())
	case err != nil:
		j.failed.add(part.Fail(ctx, err))
	case more:
		back(part)
	}
}

// share gives the sweeps the time until end: each an equal part of what is left, and what
// one does not need goes to the next. Those that could do more share what is left then.
func share(ctx context.Context, run *Run, end time.Time, jobs []*job) {
	for {
		var left []*job
		for _, j := range jobs {
			if !j.ended {
				left = append(left, j)
			}
		}
		if len(left) == 0 || !run.now().Before(end) || ctx.Err() != nil {
			return
		}
		for i, j := range left {
			run.Until = run.now().Add(end.Sub(run.now()) / time.Duration(len(left)-i))
			within(ctx, run, j)
		}
	}
}

// hangs is how long after its time a turn's calls end: before the run does.
const hangs = 2 * time.Second

// within ends the calls of a turn that hang soon after its time is over, so that no sweep
// takes the time of the others.
func within(ctx context.Context, run *Run, j *job) {
	turn, cancel := context.WithTimeout(ctx, run.Until.Sub(run.now())+hangs)
	defer cancel()
	j.turn(turn, run)
}

// failures are the errors of a sweep's parts, the first few in full.
type failures struct {
	all   []error
	count int
}

// named is how many errors are reported with their texts.
const named = 5

func (f *failures) add(err error) {
	if err == nil {
		return
	}
	if f.count++; len(f.all) < named {
		f.all = append(f.all, err)
	}
}

func (f *failures) err() error {
	err := errors.Join(f.all...)
	if f.count > len(f.all) {
		err = fmt.Errorf("%w\nand %d more", err, f.count-len(f.all))
	}
	return err
}
