package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/payhooks/payhooks/"

// listed is what `go list` says of a package of this module.
type listed struct {
	ImportPath string
	Imports    []string // without those of tests
}

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

// wiring are the packages that mains share to open what they use.
var wiring = []string{"internal/action", "internal/stack"}

// adapter says whether p is one concrete client of something outside.
func (p listed) adapter() bool {
	return !slices.Contains(wiring, p.name()) && strings.HasPrefix(p.name(), "internal/") && slices.ContainsFunc(p.Imports, func(i string) bool {
		return strings.HasPrefix(i, "github.com/aws/aws-sdk-go-v2/service/")
	})
}

func TestTheDomainImportsTheStandardLibraryOnly(t *testing.T) {
	for _, i := range packages(t)["internal/event"].Imports {
		if first, _, _ := strings.Cut(i, "/"); strings.Contains(first, ".") {
			t.Errorf("internal/event imports %s", i)
		}
	}
}

func TestAdaptersNeverImportEachOther(t *testing.T) {
	all := packages(t)
	for name, p := range all {
		for _, used := range p.uses() {
			if p.adapter() && all[used].adapter() {
				t.Errorf("the adapter %s imports the adapter %s", name, used)
			}
		}
	}
}

func TestFunctionsAndWhatTheyUseNeverImportInfra(t *testing.T) {
	for name, p := range packages(t) {
		for _, used := range p.uses() {
			if strings.HasPrefix(used, "infra/") && !strings.HasPrefix(name, "infra/") {
				t.Errorf("%s imports %s, which does not run in Lambda", name, used)
			}
			if strings.HasPrefix(used, "functions/") {
				t.Errorf("%s imports the command %s", name, used)
			}
		}
	}
}

func TestMainsOfFunctionsAreAtMost25Lines(t *testing.T) {
	mains, err := filepath.Glob(filepath.Join(repository, "functions", "*", "main.go"))
	if err != nil || len(mains) == 0 {
		t.Fatal("no mains in functions/", err)
	}
	for _, m := range mains {
		text, err := os.ReadFile(m)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(text, []byte("\n")); n > 25 {
			t.Errorf("functions/%s/main.go has %d lines", path.Base(filepath.Dir(m)), n)
		}
	}
}

// packages lists the packages of this module by their folder.
func packages(t *testing.T) map[string]listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Imports", "./...")
	cmd.Dir = repository
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	all := map[string]listed{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("read what go list prints: %v", err)
		}
		all[p.name()] = p
	}
}
