package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// module is one that is linked, with the folders of it that are.
type module struct {
	Path, Version, Dir string

	folders map[string]bool
}

// builds are the programs that are shipped and the systems that they run on.
var builds = []struct{ system, packages string }{
	{"linux", "./functions/..."}, {"linux", "./infra/payhooks"}, {"darwin", "./infra/payhooks"}, {"windows", "./infra/payhooks"},
}

// linked lists the modules of all builds, and the Go distribution, by their paths.
func linked(ctx context.Context, dir string) ([]module, error) {
	all := map[string]module{}
	for _, b := range builds {
		if err := add(ctx, all, dir, b.system, b.packages); err != nil {
			return nil, err
		}
	}
	return slices.SortedFunc(maps.Values(all), func(a, b module) int { return cmp.Compare(a.Path, b.Path) }), nil
}

func add(ctx context.Context, all map[string]module, dir, system, packages string) error {
	cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-tags=lambda.norpc", "-json=Dir,Module", packages) //nolint:gosec // constant words
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH=arm64", "CGO_ENABLED=0")
	var failed bytes.Buffer
	cmd.Stderr = &failed
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("go list %s: %w\n%s", packages, err, failed.Bytes())
	}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			Dir    string
			Module *struct {
				module
				Main bool
			}
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read the output of go list: %w", err)
		}
		if p.Module == nil || p.Module.Main {
			continue // Go's own packages have the licence of golang.org/x
		}
		m, seen := all[p.Module.Path]
		if !seen {
			m = p.Module.module
			m.folders = map[string]bool{}
			all[m.Path] = m
		}
		m.folders[p.Dir] = true
	}
}

// texts are the licences and notices of m: those beside its go.mod, and those of
// code that it took from others into the folders that are linked.
func (m module) texts() (texts []string, err error) {
	folders := map[string]bool{m.Dir: true}
	for f := range m.folders {
		for ; len(f) > len(m.Dir); f = filepath.Dir(f) {
			folders[f] = true
		}
	}
	for _, f := range slices.Sorted(maps.Keys(folders)) {
		entries, err := os.ReadDir(f)
		if err != nil {
			return nil, fmt.Errorf("find the licence of %s: %w", m.Path, err)
		}
		for _, e := range entries {
			if e.IsDir() || !legal(e.Name()) {
				continue
			}
			text, err := os.ReadFile(filepath.Join(f, e.Name())) //nolint:gosec // of the module cache
			if err != nil {
				return nil, err
			}
			texts = append(texts, strings.TrimRight(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n ")+"\n")
		}
	}
	if len(texts) == 0 {
		return nil, fmt.Errorf("%s %s has no licence: ask its authors for one, or use another module", m.Path, m.Version)
	}
	return texts, nil
}

func legal(name string) bool {
	name = strings.ToUpper(name)
	return !strings.HasSuffix(name, ".GO") && slices.ContainsFunc([]string{"LICENSE", "LICENCE", "COPYING", "NOTICE", "PATENTS"}, func(prefix string) bool {
		return strings.HasPrefix(name, prefix)
	})
}
