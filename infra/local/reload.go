package local

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/payhooks/payhooks/infra/local/template"
	"github.com/payhooks/payhooks/infra/local/watch"
)

// Reload is what became of changes in the project. With an error what ran before runs on;
// parts that were taken up before the error are listed.
type Reload struct {
	// Functions by their folders: built anew, started with other settings, added and removed.
	Rebuilt, Restarted, Added, Removed []string
	// Applied: something else in the templates is in force.
	Applied bool
	Took    time.Duration
	Err     error

	rules bool // they are others now
}

func (r Reload) nothing() bool {
	return len(r.Rebuilt)+len(r.Restarted)+len(r.Added)+len(r.Removed) == 0 && !r.Applied && r.Err == nil
}

// watcher notes how the project is before anything of it is read.
func (s *Stack) watcher() *watch.Files {
	if !s.cfg.Watch {
		return nil
	}
	return watch.New(s.cfg.Dir)
}

// watch takes up changes until the stack is closed. An error is reported once, however often what
// causes it is saved.
func (s *Stack) watch(changes *watch.Files) {
	ctx := s.running
	if changes == nil {
		return
	}
	s.watched = make(chan struct{})
	go func() {
		defer close(s.watched)
		said := ""
		var changed []string // since all of it was taken up
		for imports := readImports(ctx, s.cfg.Dir); ; imports = readImports(ctx, s.cfg.Dir) {
			more, err := changes.Wait(ctx)
			if err != nil {
				return
			}
			changed = append(changed, more...)
			begin := time.Now()
			r := s.reload(ctx, imports, changed)
			r.Took = time.Since(begin)
			if ctx.Err() != nil {
				return
			}
			again := r.Err != nil && r.Err.Error() == said
			recovered := r.Err == nil && said != ""
			said = ""
			if r.Err != nil {
				said = r.Err.Error()
			} else {
				changed = nil
			}
			if !again && (recovered || !r.nothing()) {
				s.reloaded(r)
			}
		}
	}()
}

func (s *Stack) reloaded(r Reload) {
	if s.cfg.Reloaded != nil {
		s.cfg.Reloaded(r)
	}
}

// reload does what the project says now. What changes in the template is touched only
// once all of it is in order and built.
func (s *Stack) reload(ctx context.Context, in imports, changed []string) (r Reload) {
	next, err := s.readChanged()
	if err != nil {
		return Reload{Err: err}
	}
	if same(s.Now(), next) {
		return s.rebuild(ctx, next, in, changed)
	}
	var built map[string]string
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.validate(gctx) })
	g.Go(func() (err error) {
		built, err = s.build(gctx, next)
		return err
	})
	if err := g.Wait(); err != nil {
		return Reload{Err: err}
	}
	sources, err := s.apply(ctx, next, &r)
	if err != nil {
		return Reload{Err: err}
	}
	r.Err = s.deploy(ctx, next, sources, built, &r)
	return r
}

// readChanged reads the template, and refuses what only a new start can do.
func (s *Stack) readChanged() (*template.Stack, error) {
	next, err := ReadTemplate(s.cfg.Dir)
	if err != nil {
		return nil, err
	}
	if err := addSecrets(next); err != nil {
		return nil, err
	}
	return next, needsStart(s.Now(), next)
}

var errStart = errors.New("the running stack cannot take it up: stop it and start it again")

// needsStart names what differs and is made at the start only.
func needsStart(old, next *template.Stack) error {
	tables := map[string]template.Table{}
	for _, t := range old.Tables {
		tables[t.Name] = t
	}
	for _, t := range next.Tables {
		if before, is := tables[t.Name]; is && !same(before, t) {
			return fmt.Errorf("the table %s has changed in infra/data.yaml; %w", t.Name, errStart)
		}
	}
	for what, differs := range map[string]bool{
		"the secrets or endpoints have":   !same(old.Secrets, next.Secrets),
		"a route of the API has":          !same(old.Routes, next.Routes),
		"what reads a table's stream has": !same(old.Streams, next.Streams),
	} {
		if differs {
			return fmt.Errorf("%s changed in the template; %w", what, errStart)
		}
	}
	return nil
}

// folderOf is how people call a function.
func folderOf(f template.Function) string { return filepath.Base(f.Dir) }
