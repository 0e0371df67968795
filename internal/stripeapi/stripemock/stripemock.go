// Package stripemock runs Stripe's own mock server for tests: it checks the
// form of every request against the published specification of the API, and
// answers with canned objects.
package stripemock

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// patience is how long the server may take to build and to listen.
const patience = 2 * time.Minute

// Start builds and starts the server on this machine and returns its base URL.
// It is stopped when the test ends.
func Start(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	path, err := build(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, "-http-addr", "127.0.0.1:0", "-https-addr", "127.0.0.1:0") //nolint:gosec // our own tool
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Wait() }) // killed by the test's context
	url, err := listening(out)
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// build returns the tool's executable, made once and cached by the go command.
func build(ctx context.Context) (string, error) {
	root, err := repository()
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "go", "tool", "-modfile="+filepath.Join("infra", "tools", "go.mod"), "-n", "stripe-mock") //nolint:gosec // constant words
	cmd.Dir = root
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("build stripe-mock: %w\n%s", err, said.String())
	}
	return strings.TrimSpace(string(out)), nil
}

// repository is the nearest folder above with a template.yaml.
func repository() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "template.yaml")); missing == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no template.yaml above the test")
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}

// listening waits for the line that names the address, and reads on so that
// the server never waits for us.
func listening(out io.Reader) (string, error) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, address, ok := strings.Cut(lines.Text(), "Listening for HTTP at address: "); ok {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return "http://" + strings.TrimSpace(address), nil
		}
	}
	return "", fmt.Errorf("stripe-mock ended before it listened: %w", lines.Err())
}
