package local

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/payhooks/payhooks/infra/local/lambda"
	"github.com/payhooks/payhooks/infra/local/template"
)

// deployed is what a function runs.
type deployed struct {
	fn     template.Function
	binary string
}

func same(a, b any) bool { return reflect.DeepEqual(a, b) }

// deploy runs functions and event sources as the template has them now. A source that is
// gone sees through what it read; a function that is gone goes after that.
func (s *Stack) deploy(ctx context.Context, next *template.Stack, all []*definedSource, built map[string]string, r *Reload) error {
	sources := s.stopGone(ctx, all)
	err := s.deployChanged(ctx, next, built, r)
	for _, src := range sources {
		if _, runs := s.code[src.function]; runs && src.done == nil {
			s.runSources(s.running, []*definedSource{src})
		}
	}
	s.sources = slices.DeleteFunc(sources, func(src *definedSource) bool { return src.done == nil })
	for id, was := range s.code {
		if target(next, id).LogicalID == "" {
			s.Host.Remove(id)
			delete(s.code, id)
			r.Removed = append(r.Removed, folderOf(was.fn))
		}
	}
	now := s.describe(next)
	s.run.Store(&now)
	return errors.Join(err, s.AWS.Apply(next, s.callers(next)), now.write(s.folder.Root))
}

// stopGone stops the event sources that are not in the list, and returns the list with
// those that run on in it.
func (s *Stack) stopGone(ctx context.Context, all []*definedSource) []*definedSource {
	var gone []*definedSource
	for _, running := range s.sources {
		i := slices.IndexFunc(all, func(d *definedSource) bool { return same(d.of, running.of) })
		if i >= 0 {
			all[i] = running
			continue
		}
		running.stop()
		gone = append(gone, running)
	}
	for _, d := range gone {
		d.wait(ctx)
	}
	return all
}

// deployChanged starts functions whose code or settings have changed, and those that know
// the rules of before: the subscribers of an event are what dispatch last read of them.
func (s *Stack) deployChanged(ctx context.Context, next *template.Stack, built map[string]string, r *Reload) error {
	var mu sync.Mutex
	var failed []error
	var g errgroup.Group
	g.SetLimit(concurrency())
	s.builds++
	running := maps.Clone(s.code)
	for _, f := range next.Functions {
		old, runs := running[f.LogicalID]
		rebuilt := !runs || !lambda.SameFile(built[f.LogicalID], old.binary)
		if !rebuilt && same(old.fn, f) && (!r.rules || !s.readsRules(f)) {
			continue
		}
		g.Go(func() error {
			became, err := s.deployOne(ctx, f, old, rebuilt, built[f.LogicalID])
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed = append(failed, err)
				return nil
			}
			s.code[f.LogicalID] = became
			r.note(f, old, rebuilt)
			return nil
		})
	}
	_ = g.Wait() // they report in failed
	return errors.Join(failed...)
}

// deployOne starts the new function while the old one runs, and then replaces it.
func (s *Stack) deployOne(ctx context.Context, f template.Function, old deployed, rebuilt bool, built string) (deployed, error) {
	next := deployed{fn: f, binary: old.binary}
	if rebuilt {
		next.binary = filepath.Join(s.cfg.DataDir, binFolder, strconv.Itoa(s.builds), filepath.Base(built))
		if err := lambda.InstallOne(built, next.binary); err != nil {
			return old, err
		}
	}
	if err := s.Host.Deploy(ctx, f, next.binary, s.keys[f.LogicalID]); err != nil {
		return old, err
	}
	if rebuilt && old.binary != "" {
		lambda.Uninstall(old.binary)
	}
	return next, nil
}

func (s *Stack) readsRules(f template.Function) bool {
	return s.AWS.Authorize(f.Role, "events:ListRules", "arn:aws:events:"+Region+":"+Account+":rule/x") == nil
}

// note reports a function that runs as it is in the project.
func (r *Reload) note(f template.Function, old deployed, rebuilt bool) {
	switch {
	case old.binary == "":
		r.Added = append(r.Added, folderOf(f))
	case rebuilt:
		r.Rebuilt = append(r.Rebuilt, folderOf(f))
	case !same(old.fn, f):
		r.Restarted = append(r.Restarted, folderOf(f))
	}
}
