package gobuild

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// module writes a module with two programs, of which one does not compile.
func module(t *testing.T) (root string) {
	t.Helper()
	root = t.TempDir()
	for name, text := range map[string]string{
		"go.mod":        "module example.com/m\n\ngo 1.26\n",
		"good/main.go":  "package main\n\nimport _ \"example.com/m/part\"\n\nfunc main() {}\n",
		"wrong/main.go": "package main\n\nfunc main() { nothing() }\n",
		"part/part.go":  fmt.Sprintf("package part\n\nconst N = %d\n", time.Now().UnixNano()), // in no cache
	} {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestProgramsAreBuiltAndPackagesNamed(t *testing.T) {
	root := module(t)
	var names []string
	b := Build{Root: root, Dir: filepath.Join(root, "bin"), Packages: []string{"./good"}, Compiled: func(name string) { names = append(names, name) }}
	if said, err := b.Run(t.Context()); err != nil || said != "" {
		t.Fatalf("%q, %v", said, err)
	}
	if all := strings.Join(names, " "); !strings.Contains(all, "example.com/m/part ") || !strings.HasSuffix(all, " example.com/m/good") {
		t.Errorf("compiled %q", all)
	}
	if n, err := b.Count(t.Context()); err != nil || n < len(names) {
		t.Errorf("%d packages in all, %v; %d were compiled", n, err, len(names))
	}
	names = nil
	if _, err := b.Run(t.Context()); err != nil || len(names) > 0 {
		t.Errorf("the second time compiled %q, %v", names, err)
	}
}

func TestWhatDoesNotCompileKeepsNoOtherProgram(t *testing.T) {
	root := module(t)
	b := Build{Root: root, Dir: filepath.Join(root, "bin"), Packages: []string{"./good", "./wrong"}, Compiled: func(string) {}}
	said, err := b.Run(t.Context())
	if err == nil || !strings.Contains(said, "main.go:3:15: undefined: nothing") || strings.Contains(said, "example.com/m/good\n") {
		t.Errorf("%q, %v", said, err)
	}
	if _, err := os.Stat(filepath.Join(b.Dir, "good")); err != nil {
		t.Error(err)
	}
}

func TestInterruptLeavesNothing(t *testing.T) {
	root, temp := module(t), t.TempDir()
	t.Setenv("GOTMPDIR", temp)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	b := Build{
		Root: root, Dir: filepath.Join(root, "bin"), Packages: []string{"./good"},
		Env:      []string{"GOCACHE=" + t.TempDir()}, // so that there is much to do
		Compiled: func(string) { cancel() },
	}
	if _, err := b.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestMachineWithoutGoIsTold(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := (Build{Root: t.TempDir()}).Run(t.Context()); !errors.Is(err, ErrNoGo) {
		t.Errorf("got %v", err)
	}
}

// TestMakefileCompilesWithTheSameFlags: else bin/gobuild would leave nothing for what follows.
func TestMakefileCompilesWithTheSameFlags(t *testing.T) {
	text, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	want := "CGO_ENABLED=0 go build " + strings.Replace(strings.Join(Flags, " "), "-ldflags=-s -w", "-ldflags='-s -w'", 1) + " -o $@ ./infra/gobuild/command"
	if !bytes.Contains(text, []byte(want)) {
		t.Errorf("the Makefile has no %q", want)
	}
}

func TestProgressCountsPackages(t *testing.T) {
	var out bytes.Buffer
	p := &progress{to: &out, terminal: true}
	p.compiled("fmt")
	p.of(2)
	p.compiled("os")
	p.end()
	if want := "\r\x1b[2Kcompiling: 1 packages, fmt\r\x1b[2Kcompiling: 2 of up to 2 packages, now linking the programs\r\x1b[2K"; out.String() != want {
		t.Errorf("%q", out.String())
	}
	out.Reset()
	p = &progress{to: &out, said: time.Now()}
	p.compiled("fmt") // too soon
	p.said = time.Time{}
	p.compiled("os")
	p.end()
	if want := "compiling: 2 packages, os\n"; out.String() != want {
		t.Errorf("%q", out.String())
	}
}
