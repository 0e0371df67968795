package local

import (
	"context"
	"os/exec"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/payhooks/payhooks/infra/local/lambda"
	"github.com/payhooks/payhooks/infra/local/template"
)

// rebuild takes up code that has changed, function by function, once the project is in
// order: linking takes longest, and the function that somebody works on comes first. An
// error leaves the rest to the next change.
func (s *Stack) rebuild(ctx context.Context, next *template.Stack, in imports, changed []string) (r Reload) {
	begin := time.Now()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(concurrency())
	valid := sync.OnceValue(func() error { return s.validate(ctx) })
	g.Go(valid)
	s.builds++
	var mu sync.Mutex
	for _, f := range s.affected(next, in, changed) {
		g.Go(func() error {
			built, err := lambda.Build(ctx, s.cfg.Dir, s.buildDir(), []template.Function{f})
			if err == nil {
				err = valid()
			}
			if err != nil {
				return err
			}
			mu.Lock() // a new process each is enough to start at a time
			defer mu.Unlock()
			one, err := s.replace(ctx, f, built[f.LogicalID])
			if one.Took = time.Since(begin); !one.nothing() {
				s.reloaded(one)
			}
			return err
		})
	}
	return Reload{Err: g.Wait()}
}

// replace starts the function if its code or settings have changed.
func (s *Stack) replace(ctx context.Context, f template.Function, built string) (r Reload, err error) {
	old := s.code[f.LogicalID]
	rebuilt := !lambda.SameFile(built, old.binary)
	if !rebuilt && same(old.fn, f) {
		return r, nil
	}
	became, err := s.deployOne(ctx, f, old, rebuilt, built)
	if err != nil {
		return r, err
	}
	s.code[f.LogicalID] = became
	r.note(f, old, rebuilt)
	return r, nil
}

// affected are the functions that a changed file is a part of, or whose last deployment
// failed: those first in whose folder it is, then those that were used last.
func (s *Stack) affected(next *template.Stack, in imports, changed []string) (all []template.Function) {
	own := func(f template.Function) bool {
		return slices.ContainsFunc(changed, func(file string) bool { return strings.HasPrefix(file, "functions/"+folderOf(f)+"/") })
	}
	for _, f := range next.Functions {
		if own(f) || in.touch(folderOf(f), changed) || !same(s.code[f.LogicalID].fn, f) {
			all = append(all, f)
		}
	}
	slices.SortStableFunc(all, func(a, b template.Function) int {
		if own(a) != own(b) {
			return map[bool]int{true: -1, false: 1}[own(a)]
		}
		return s.Host.Used(b.LogicalID).Compare(s.Host.Used(a.LogicalID))
	})
	return all
}

// imports are the packages that each function is made of, by its folder's name. Nil is
// not known.
type imports map[string][]string

// readImports asks the go command, which knows them even if a package does not compile.
func readImports(ctx context.Context, root string) imports {
	cmd := exec.CommandContext(ctx, "go", "list", "-e", "-f", "{{.ImportPath}}{{range .Deps}} {{.}}{{end}}", "./functions/...")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return nil
	}
	in := imports{}
	for line := range strings.Lines(string(out)) {
		packages := strings.Fields(line)
		in[path.Base(packages[0])] = packages[1:]
	}
	return in
}

// touch reports whether one of the files is in a package of the function, or in a folder
// below it that it may embed.
func (in imports) touch(function string, files []string) bool {
	packages, known := in[function]
	return !known || slices.ContainsFunc(files, func(file string) bool {
		dir := path.Dir(file)
		return dir == "." || slices.ContainsFunc(packages, func(p string) bool {
			for below := dir; below != "."; below = path.Dir(below) {
				if strings.HasSuffix(p, "/"+below) {
					return true
				}
			}
			return false
		})
	})
}
