package engine_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/infra/local/engine"
)

// fakeNpm is the npm on PATH from here on. It installs nothing, as npm does with an
// optional package that it cannot get, and answers npm view with this shell code.
func fakeNpm(t *testing.T, view string) {
	t.Helper()
	bin := t.TempDir()
	script := "#!/bin/sh\ncase $1 in\nview) " + view + " ;;\nesac\n"
	if err := os.WriteFile(filepath.Join(bin, "npm"), []byte(script), 0o700); err != nil { //nolint:gosec // it must run
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
}

func failing(code string) string { return fmt.Sprintf("echo 'npm error code %s' >&2; exit 1", code) }

func TestWhatKeepsTheEngineFromBeingInstalledIsToldApart(t *testing.T) {
	const locked = "sha512-abc"
	for name, c := range map[string]struct{ integrity, view, want string }{
		"a network that is down":     {locked, failing("ENOTFOUND"), "the npm registry cannot be reached (ENOTFOUND), and the DynamoDB engine comes from there: check the network and the proxy"},
		"a registry that is down":    {locked, failing("ECONNREFUSED"), "the npm registry cannot be reached (ECONNREFUSED)"},
		"an older npm":               {locked, "echo 'npm ERR! code ETIMEDOUT' >&2; exit 1", "the npm registry cannot be reached (ETIMEDOUT)"},
		"a registry without it":      {locked, failing("E404"), "the npm registry answers, but has no " + engineName() + "@" + engineVersion},
		"a registry without version": {locked, "exit 0", "the npm registry answers, but has no " + engineName()},
		"a registry behind a login":  {locked, failing("E401"), "log in with npm login"},
		"another checksum":           {locked, "echo sha512-other", "does not have the checksum in package-lock.json: it is not what was locked and is not installed"},
		"the checksum, and no file":  {locked, "echo sha512-abc", "although the registry has it; remove "},
		"something else":             {locked, failing("ENOSPC"), "mend what npm says and start again, or set DYNAMODB_ENDPOINT to a DynamoDB that runs already: npm error code ENOSPC"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			lockTo(t, dir, c.integrity)
			fakeNpm(t, c.view)
			_, err := engine.Install(t.Context(), dir, slog.Default())
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "DYNAMODB_ENDPOINT") {
				t.Errorf("got %v", err)
			}
			if files := installs(t, dir); len(files) > 0 {
				t.Errorf("it left %s", files)
			}
		})
	}
}

func TestASystemWithoutAnEngineIsNamed(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "package.json"), map[string]any{})
	write(t, filepath.Join(dir, "package-lock.json"), map[string]any{"packages": map[string]any{
		"node_modules/@dynoxide/plan9-mips": map[string]any{"version": engineVersion, "integrity": "sha512-abc"},
	}})
	fakeNpm(t, failing("E404"))
	_, err := engine.Install(t.Context(), dir, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "the DynamoDB engine does not come for ") || !strings.Contains(err.Error(), "set DYNAMODB_ENDPOINT") {
		t.Errorf("got %v", err)
	}
}
