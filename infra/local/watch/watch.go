// Package watch notices that the files changed which a project's functions are made of.
package watch

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Asking for the modification times of a thousand files takes a few milliseconds and
// works on every disk; notifications take a dependency and a handle for each folder.
const (
	every   = 250 * time.Millisecond
	settled = 100 * time.Millisecond // an editor, or payhooks new, writes several files
)

// watched are the folders and files of a project that make its functions.
var watched = []string{
	"functions", "internal", "go.mod", "go.sum", "template.yaml",
	"infra/action.yaml", "infra/alarms.yaml", "infra/dashboard.yaml", "infra/data.yaml", "infra/local/parameters.yaml",
}

// Files is the state of a project's files.
type Files struct {
	root string
	seen map[string]stamp
}

type stamp struct {
	at   time.Time
	size int64
}

// New notes how the files below root are now.
func New(root string) *Files {
	f := &Files{root: root}
	f.seen = f.look()
	return f
}

// Wait returns the files, relative to the root, that differ from what they were at the last
// Wait or New once no more of them change; or when ctx ends, its error.
func (f *Files) Wait(ctx context.Context) ([]string, error) {
	before, pause := f.seen, every
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
		now := f.look()
		same := maps.Equal(now, f.seen)
		f.seen = now
		switch changed := f.differ(before); {
		case !same:
			pause = settled
		case len(changed) > 0:
			return changed, nil
		default:
			pause = every // it was changed back
		}
	}
}

func (f *Files) differ(before map[string]stamp) (names []string) {
	for path, now := range f.seen {
		if was, is := before[path]; !is || was != now {
			names = append(names, f.name(path))
		}
	}
	for path := range before {
		if _, is := f.seen[path]; !is {
			names = append(names, f.name(path))
		}
	}
	return names
}

func (f *Files) name(path string) string {
	rel, err := filepath.Rel(f.root, path)
	if err != nil {
		return path
	}
	return filepath.ToSlash(rel)
}

func (f *Files) look() map[string]stamp {
	seen := make(map[string]stamp, len(f.seen))
	for _, name := range watched {
		// What cannot be read is as good as gone: the build says what is wrong with it.
		_ = filepath.WalkDir(filepath.Join(f.root, name), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return nil //nolint:nilerr // see above
			}
			if d.IsDir() {
				if passed(d.Name()) || d.Name() == "testdata" {
					return fs.SkipDir
				}
				seen[path] = stamp{}
				return nil
			}
			if passed(d.Name()) || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			if info, err := os.Stat(path); err == nil {
				seen[path] = stamp{info.ModTime(), info.Size()}
			}
			return nil
		})
	}
	return seen
}

// passed reports whether a name is one of what editors keep beside a file.
func passed(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "#") || strings.HasSuffix(name, "~") || name == "4913"
}
