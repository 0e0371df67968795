package check

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
)

const module = "github.com/payhooks/payhooks/"

// listed is what `go list` reports of a package of this module.
type listed struct {
	ImportPath, Name string
	Imports          []string // without those of tests

	GoFiles, CgoFiles, IgnoredGoFiles, InvalidGoFiles, TestGoFiles, XTestGoFiles []string
}

// listPackages returns the packages below a directory, or below folders of it, by their folder. Packages
// that do not compile are included.
func listPackages(ctx context.Context, dir string, folders ...string) (map[string]listed, error) {
	const fields = "-json=ImportPath,Name,Imports,GoFiles,CgoFiles,IgnoredGoFiles,InvalidGoFiles,TestGoFiles,XTestGoFiles"
	if len(folders) == 0 {
		folders = []string{"./..."}
	}
	cmd := exec.CommandContext(ctx, "go", append([]string{"list", "-e", fields}, folders...)...) //nolint:gosec // folders of this module
	cmd.Dir = dir
	var failed bytes.Buffer
	cmd.Stderr = &failed
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list in %s: %w\n%s", dir, err, failed.Bytes())
	}
	all := map[string]listed{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("read the output of go list: %w", err)
		}
		all[p.name()] = p
	}
}

// name is the folder of p.
func (p listed) name() string { return strings.TrimPrefix(p.ImportPath, module) }

// uses lists the packages of this module that p imports.
func (p listed) uses() []string {
	var names []string
	for _, i := range p.Imports {
		if name, ours := strings.CutPrefix(i, module); ours {
			names = append(names, name)
		}
	}
	return names
}

// files lists the Go files of p, each once, whatever tags they are built with.
func (p listed) files() []string {
	all := slices.Concat(p.GoFiles, p.CgoFiles, p.IgnoredGoFiles, p.InvalidGoFiles, p.TestGoFiles, p.XTestGoFiles)
	for i, f := range all {
		all[i] = p.name() + "/" + f
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func isTest(file string) bool { return strings.HasSuffix(file, "_test.go") }

// under reports whether a package is one of the folders or inside one.
func under(name string, folders ...string) bool {
	return slices.ContainsFunc(folders, func(f string) bool {
		return name == f || strings.HasPrefix(name, f+"/")
	})
}
