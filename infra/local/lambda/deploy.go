package lambda

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/payhooks/payhooks/infra/local/template"
)

// Deploy adds a function, or replaces the one with its logical id, once an environment of
// the new one asks for an event. What runs is finished by the old one, and what waits is
// for the new one. Without such an environment the old one stays.
func (h *Host) Deploy(ctx context.Context, fn template.Function, binary string, keys Credentials) error {
	if err := h.makeTemp(fn); err != nil {
		return err
	}
	next := &code{fn, binary, keys}
	env, failed := h.launch(ctx, next)
	if failed != nil {
		return failed
	}
	h.mu.Lock()
	p := h.pools[fn.LogicalID]
	if p == nil {
		p = &pool{host: h}
		h.pools[fn.LogicalID] = p
	}
	h.mu.Unlock()
	p.replace(next, env)
	return nil
}

// Remove takes a function out. What runs is finished.
func (h *Host) Remove(function string) {
	h.mu.Lock()
	p := h.pools[function]
	delete(h.pools, function)
	h.mu.Unlock()
	if p != nil {
		p.replace(nil, nil)
	}
}

// replace ends the idle environments of the old code; release ends the others.
func (p *pool) replace(next *code, env *process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.code = next
	for _, old := range p.idle {
		p.retireLocked(old)
	}
	p.idle = nil
	if env == nil {
		for _, w := range p.waiting {
			w <- granted{err: &startError{reason: "the function was removed"}}
		}
		p.waiting = nil
		return
	}
	if p.alive > 0 {
		p.host.spare.Add(1)
	}
	p.alive++
	p.offerLocked(env)
}

func (p *pool) now() *code {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.code
}

func (h *Host) pool(function string) *pool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.pools[function]
}

func (h *Host) all() []*pool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return slices.Collect(maps.Values(h.pools))
}

// Used is when a function was last invoked; zero is never.
func (h *Host) Used(function string) time.Time {
	p := h.pool(function)
	if p == nil {
		return time.Time{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.used
}
