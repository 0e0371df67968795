package simtest

import (
	"context"
	"time"

	"github.com/payhooks/payhooks/internal/parallel"
)

// process is where one invocation runs at a time. A crash ends it for good;
// otherwise the next invocation finds it warm, which spares growing its stack.
type process struct {
	jobs     chan func(context.Context)
	survived chan bool
}

func newProcess() *process {
	p := &process{make(chan func(context.Context)), make(chan bool)}
	go p.serve()
	return p
}

func (p *process) serve() {
	crashed := true
	defer func() {
		if crashed {
			p.survived <- false
		}
	}()
	for job := range p.jobs {
		job(context.Background())
		p.survived <- true
	}
	crashed = false
}

// run is one process doing one thing until it ends or crashes. Only one
// process runs at a time; the scheduler waits.
func (w *world) run(name string, fn func(ctx context.Context)) {
	w.logf("%s", name)
	w.depth++
	before := w.intended
	w.intended = ""
	var p *process
	if n := len(w.idle); n > 0 {
		p, w.idle = w.idle[n-1], w.idle[:n-1]
	} else {
		p = newProcess()
	}
	w.ends = append(w.ends, time.Time{})
	share := w.share
	w.share = 1
	crashed := new(bool)
	w.processes = append(w.processes, crashed)
	p.jobs <- func(ctx context.Context) { fn(parallel.InTurn(ctx, w)) }
	if <-p.survived {
		w.idle = append(w.idle, p)
	} else {
		*crashed = true
	}
	w.processes = w.processes[:len(w.processes)-1]
	w.depth--
	w.ends, w.share = w.ends[:len(w.ends)-1], share
	w.intended = before
}

// end leaves no process behind.
func (w *world) end() {
	for _, p := range w.idle {
		close(p.jobs)
	}
	w.idle = nil
}

// Parallel implements parallel.Clock: of n calls so many at once, each takes its part of
// the time that all take.
func (w *world) Parallel(atOnce, n int) func() {
	share := w.share
	rounds := (n + atOnce - 1) / atOnce
	w.share *= float64(rounds) / float64(n)
	return func() { w.share = share }
}
