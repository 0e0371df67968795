package check

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// figures measures the layout of a module. Its Go files are those of its
// packages, whatever tags they are built with; testdata is not among them.
type figures struct {
	Folders   []folder `json:"folders"` // by their first element
	All       folder   `json:"all"`
	Tracked   int      `json:"trackedFiles"`
	TrackedGo int      `json:"trackedGoFiles"`

	// Of the Go files without tests.
	MedianLines  int    `json:"medianLines"`
	LongestLines int    `json:"longestLines"`
	Longest      string `json:"longestFile"`

	Imports int     `json:"imports"` // between packages of the module, without those of tests
	Arrows  []arrow `json:"arrows"`  // of them from outside the shop into it

	MainLines int      `json:"mainLines"` // without tests
	Mains     []folder `json:"mains"`     // the packages main, longest first
}

// folder counts what is below one folder.
type folder struct {
	Name      string `json:"name"`
	Packages  int    `json:"packages"`
	Mains     int    `json:"mains"`
	Files     int    `json:"goFiles"` // tests included
	Lines     int    `json:"lines"`   // without tests
	TestLines int    `json:"testLines"`
}

func (f *folder) add(o folder) {
	f.Packages += o.Packages
	f.Mains += o.Mains
	f.Files += o.Files
	f.Lines += o.Lines
	f.TestLines += o.TestLines
}

// measure returns the figures of the checkout in a directory.
func measure(ctx context.Context, dir string) (figures, error) {
	all, err := listPackages(ctx, dir)
	if err != nil {
		return figures{}, err
	}
	f, err := measurePackages(os.DirFS(dir), all)
	if err != nil {
		return figures{}, err
	}
	if f.Arrows, err = arrows(os.DirFS(dir), all); err != nil {
		return figures{}, err
	}
	return f, f.track(ctx, dir)
}

func measurePackages(files fs.FS, all map[string]listed) (figures, error) {
	f := figures{All: folder{Name: "all"}}
	top := map[string]*folder{}
	var sizes []int
	for _, name := range sorted(all) {
		p, lines, err := measurePackage(files, all[name])
		if err != nil {
			return figures{}, err
		}
		first, _, _ := strings.Cut(name, "/")
		if top[first] == nil {
			top[first] = &folder{Name: first}
		}
		top[first].add(p)
		f.All.add(p)
		f.Imports += len(all[name].uses())
		if p.Mains > 0 {
			f.MainLines += p.Lines
			f.Mains = append(f.Mains, p)
		}
		sizes = slices.AppendSeq(sizes, maps.Values(lines))
		f.longest(lines)
	}
	f.MedianLines = median(sizes)
	f.Folders = ordered(top)
	slices.SortStableFunc(f.Mains, func(a, b folder) int { return b.Lines - a.Lines })
	return f, nil
}

// longest records the longest file so far, the first one of equal length.
func (f *figures) longest(lines map[string]int) {
	for _, file := range sorted(lines) {
		if lines[file] > f.LongestLines {
			f.LongestLines, f.Longest = lines[file], file
		}
	}
}

// measurePackage also returns the lines of each file that is not a test.
func measurePackage(files fs.FS, p listed) (folder, map[string]int, error) {
	f := folder{Name: p.name(), Packages: 1}
	if p.Name == "main" {
		f.Mains = 1
	}
	sources := map[string]int{}
	for _, name := range p.files() {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return folder{}, nil, err
		}
		f.Files++
		n := bytes.Count(text, []byte("\n"))
		if isTest(name) {
			f.TestLines += n
			continue
		}
		f.Lines += n
		sources[name] = n
	}
	return f, sources, nil
}

// ordered lists the folders in the order of the layout, others after them.
func ordered(top map[string]*folder) []folder {
	names := []string{"functions", "internal", "infra", "events"}
	for _, name := range sorted(top) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	var folders []folder
	for _, name := range names {
		if top[name] != nil {
			folders = append(folders, *top[name])
		}
	}
	return folders
}

// median returns the lower one of the two in the middle.
func median(sizes []int) int {
	if len(sizes) == 0 {
		return 0
	}
	return slices.Sorted(slices.Values(sizes))[(len(sizes)-1)/2]
}

// track counts the files that git tracks below a directory.
func (f *figures) track(ctx context.Context, dir string) error {
	cmd := exec.CommandContext(ctx, "git", "ls-files", "-z")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("git ls-files in %s: %w", dir, err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if name != "" {
			f.Tracked++
		}
		if strings.HasSuffix(name, ".go") {
			f.TrackedGo++
		}
	}
	return nil
}
