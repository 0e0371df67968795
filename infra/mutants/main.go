// Command mutants takes one guard at a time out of the code and shows which
// test notices. A guard whose removal nobody notices is a failure: either the
// guard or a test is missing.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

func run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	survived := 0
	for _, g := range guards {
		by, err := g.remove(ctx, dir)
		if err != nil {
			return fmt.Errorf("%s: %w", g.name, err)
		}
		if by == "" {
			survived++
			by = "NOT NOTICED"
		}
		fmt.Printf("%-52s %s\n", g.name, by)
	}
	fmt.Printf("%d guards removed, %d noticed\n", len(guards), len(guards)-survived)
	if survived > 0 {
		return fmt.Errorf("nobody noticed the removal of %d guards", survived)
	}
	return nil
}

// remove runs the guard's tests with the guard taken out of a copy of its file
// and returns what failed, or nothing. The tree itself is never touched.
func (g guard) remove(ctx context.Context, dir string) (by string, err error) {
	src, err := os.ReadFile(g.file)
	if err != nil {
		return "", err
	}
	if n := bytes.Count(src, []byte(g.old)); n != 1 {
		return "", fmt.Errorf("%s has the guarded text %d times, want once: the guard moved, mend infra/mutants", g.file, n)
	}
	path, err := filepath.Abs(g.file)
	if err != nil {
		return "", err
	}
	mutant := filepath.Join(dir, "mutant.go")
	overlay := filepath.Join(dir, "overlay.json")
	replaced, err := json.Marshal(map[string]map[string]string{"Replace": {path: mutant}})
	if err != nil {
		return "", err
	}
	err = errors.Join(os.WriteFile(mutant, bytes.Replace(src, []byte(g.old), []byte(g.without), 1), 0o600), os.WriteFile(overlay, replaced, 0o600)) //nolint:gosec // a folder of our own
	if err != nil {
		return "", err
	}
	args := append([]string{"test", "-count=1", "-failfast", "-timeout=5m", "-overlay=" + overlay}, g.tests...)
	out, err := exec.CommandContext(ctx, "go", args...).CombinedOutput() //nolint:gosec // our own list
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err == nil:
		return "", nil
	case errors.As(err, &exit):
		return failure(out)
	}
	return "", err
}

var failed = regexp.MustCompile(`^\s*--- FAIL: (\S+)`)

// failure names the innermost failed test. A mutant that does not compile
// proves nothing.
func failure(out []byte) (string, error) {
	if bytes.Contains(out, []byte("[build failed]")) || bytes.Contains(out, []byte("[setup failed]")) {
		return "", fmt.Errorf("the mutant does not compile:\n%s", out)
	}
	name, seed := "", ""
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if m := failed.FindStringSubmatch(lines.Text()); m != nil {
			name = m[1]
		}
		if _, s, ok := strings.Cut(lines.Text(), "seed "); ok && seed == "" {
			seed, _, _ = strings.Cut(s, ":")
		}
	}
	if name == "" {
		return "", fmt.Errorf("no test is named:\n%s", out)
	}
	if seed != "" {
		name += ", seed " + seed
	}
	return name, nil
}
