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
	"path/filepath"
	"regexp"
	"strings"
)

// overlay writes the mutant into dir, and the overlay file that go builds with.
func (g guard) overlay(dir string) (path string, err error) {
	src, err := os.ReadFile(g.file)
	if err != nil {
		return "", err
	}
	if n := bytes.Count(src, []byte(g.old)); n != 1 {
		return "", fmt.Errorf("%s has the guarded text %d times, want once: the guard moved, mend infra/mutants", g.file, n)
	}
	original, err := filepath.Abs(g.file)
	if err != nil {
		return "", err
	}
	mutant := filepath.Join(dir, "mutant.go")
	replaced, err := json.Marshal(map[string]map[string]string{"Replace": {original: mutant}})
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, "overlay.json")
	src = bytes.Replace(src, []byte(g.old), []byte(g.without), 1)
	return path, errors.Join(os.WriteFile(mutant, src, 0o600), os.WriteFile(path, replaced, 0o600))
}

// seeds is how many schedules may pass before one notices, more than the tests
// run: which seed it is moves with every change of the simulation.
const seeds = "1000"

func (g guard) test(ctx context.Context, overlay string) (by string, err error) {
	args := append([]string{"test", "-count=1", "-failfast", "-vet=off", "-timeout=5m", "-overlay=" + overlay}, g.tests...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append([]string{"SEEDS=" + seeds}, os.Environ()...)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err == nil && bytes.Contains(out, []byte("no tests to run")):
		return "", fmt.Errorf("there is no such test: go %s", strings.Join(args, " "))
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
	lines.Buffer(nil, 1<<24)
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
	return name, lines.Err()
}
