package lambda

import (
	"context"
	"sync"
	"time"

	"github.com/payhooks/payhooks/infra/local/template"
)

// code is what a function runs: another one replaces it, and nothing in it changes.
type code struct {
	fn     template.Function
	binary string
	keys   Credentials
}

// pool holds the execution environments of one function.
type pool struct {
	host *Host

	mu       sync.Mutex
	code     *code      // nil once the function is removed
	idle     []*process // the one used last at the end
	alive    int        // started or starting
	inFlight int
	waiting  []chan granted
	used     time.Time // last invoked
}

// granted is what a waiting invocation gets: an environment, or why none came.
type granted struct {
	env *process
	err *startError
}

// warm starts the first environment.
func (p *pool) warm(ctx context.Context) error {
	g, err := p.acquire(ctx)
	if err != nil {
		return err
	}
	if g.err != nil {
		return g.err
	}
	p.release(g.env)
	return nil
}

func (p *pool) invoke(ctx context.Context, payload []byte) (Result, error) {
	fn, err := p.enter()
	if err != nil {
		return Result{}, err
	}
	g, err := p.acquire(ctx)
	if err != nil {
		p.leave()
		return Result{}, err
	}
	if g.err != nil {
		p.leave()
		return g.err.result(), nil
	}
	inv := newInvocation(fn, payload)
	p.host.wg.Go(func() {
		defer p.leave()
		if g.env.run(inv) {
			p.release(g.env)
		} else {
			p.gone(nil)
		}
	})
	select {
	case r := <-inv.result:
		return r, nil
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
}

// enter counts an invocation in, unless the reserved concurrency is in use.
func (p *pool) enter() (template.Function, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.code == nil {
		return template.Function{}, ErrNoFunction
	}
	if p.code.fn.Concurrency > 0 && p.inFlight >= p.code.fn.Concurrency {
		return p.code.fn, ErrThrottled
	}
	p.inFlight++
	p.used = time.Now()
	return p.code.fn, nil
}

func (p *pool) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inFlight--
}

// acquire takes an idle environment, or waits for one while another starts.
func (p *pool) acquire(ctx context.Context) (granted, error) {
	p.mu.Lock()
	for n := len(p.idle); n > 0; n = len(p.idle) {
		env := p.idle[n-1]
		p.idle = p.idle[:n-1]
		if !env.gone() {
			p.mu.Unlock()
			return granted{env: env}, nil
		}
		p.lostLocked()
	}
	wait := make(chan granted, 1)
	p.waiting = append(p.waiting, wait)
	p.growLocked()
	p.mu.Unlock()
	select {
	case g := <-wait:
		return g, nil
	case <-ctx.Done():
		p.abandon(wait)
		return granted{}, ctx.Err()
	case <-p.host.ctx.Done():
		return granted{}, ErrClosed
	}
}

// growLocked starts an environment if that is allowed.
func (p *pool) growLocked() {
	if p.code == nil || p.alive >= p.host.maxProcesses() || p.host.ctx.Err() != nil || p.alive > 0 && !p.host.takeSpare() {
		return
	}
	p.alive++
	code := p.code
	p.host.wg.Go(func() {
		env, err := p.host.launch(p.host.ctx, code)
		if err != nil {
			p.gone(err)
			return
		}
		p.release(env)
	})
}

// release gives the environment to the one who waits longest, or keeps it.
func (p *pool) release(env *process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if env.code != p.code { // replaced while it worked
		p.retireLocked(env)
		if len(p.waiting) > 0 {
			p.growLocked()
		}
		return
	}
	p.offerLocked(env)
}

func (p *pool) offerLocked(env *process) {
	env.since = time.Now()
	if len(p.waiting) == 0 {
		p.idle = append(p.idle, env)
		return
	}
	p.waiting[0] <- granted{env: env}
	p.waiting = p.waiting[1:]
}

// gone notes that an environment died; one that never started fails the
// invocation that waits longest, as Lambda would.
func (p *pool) gone(err *startError) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lostLocked()
	if err != nil && len(p.waiting) > 0 {
		p.waiting[0] <- granted{err: err}
		p.waiting = p.waiting[1:]
	}
	if len(p.waiting) > 0 || err == nil && p.alive == 0 {
		p.growLocked() // what was interrupted is seen at once
	}
}

// abandon takes a waiter back; an environment that it got meanwhile goes on.
func (p *pool) abandon(wait chan granted) {
	p.mu.Lock()
	for i, w := range p.waiting {
		if w == wait {
			p.waiting = append(p.waiting[:i:i], p.waiting[i+1:]...)
			break
		}
	}
	p.mu.Unlock()
	select {
	case g := <-wait:
		if g.env != nil {
			p.release(g.env)
		}
	default:
	}
}

// shrink ends all idle environments but one that were last used before t.
func (p *pool) shrink(t time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.idle) > 1 && p.idle[0].since.Before(t) {
		p.retireLocked(p.idle[0])
		p.idle = p.idle[1:]
	}
}

// retireLocked ends an environment that has no event.
func (p *pool) retireLocked(env *process) {
	env.kill()
	p.lostLocked()
}

// lostLocked counts an environment out.
func (p *pool) lostLocked() {
	if p.alive--; p.alive > 0 {
		p.host.spare.Add(-1)
	}
}
