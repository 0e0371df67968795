package check

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func TestAllCodeFromElsewhereIsPinned(t *testing.T) {
	problems, err := checkSupply(os.DirFS(repository))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
}

func TestCodeThatNobodyPinnedIsRefused(t *testing.T) {
	const (
		workflow = ".github/workflows/ci.yml"
		pip      = "infra/tools/requirements.txt"
		lock     = "infra/local/engine/package-lock.json"
	)
	for _, c := range []struct{ name, file, old, with, want string }{
		{"a tag of an action", workflow, "checkout@3d3c42e5aac5ba805825da76410c181273ba90b1", "checkout@v7", "uses actions/checkout@v7, which can be moved"},
		{"a short commit", workflow, "checkout@3d3c42e5aac5ba805825da76410c181273ba90b1", "checkout@3d3c42e", "can be moved"},
		{"an image", workflow, "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1", "docker://alpine:3", "can be moved"},
		{"a workflow of others", workflow, "    runs-on: ubuntu-latest", "    uses: someone/else/.github/workflows/ci.yml@main", "can be moved"},
		{"a workflow that may write", workflow, "{contents: read}", "write-all", "read .github/workflows/ci.yml"},
		{"a workflow that may write packages", workflow, "{contents: read}", "{contents: read, packages: write}", "should be {contents: read}"},
		{"a job that may write", workflow, "    runs-on: ubuntu-latest", "    permissions: {contents: write}\n    runs-on: ubuntu-latest", "the job check takes other permissions"},
		{"an identity at AWS for a job without rules", workflow, "    runs-on: ubuntu-latest", "    permissions: {contents: read, id-token: write}\n    runs-on: ubuntu-latest", "the job check takes other permissions"},
		{"an identity at AWS for a change from outside", ".github/workflows/deploy.yml", "  workflow_dispatch:", "  pull_request:\n  workflow_dispatch:", "the job deploy takes other permissions"},
		{"a deploy that may write", ".github/workflows/deploy.yml", "{contents: read, id-token: write}", "{contents: write, id-token: write}", "the job deploy takes other permissions"},
		{"a token that stays", workflow, "with: {persist-credentials: false}", "with: {fetch-depth: 1}", "persist-credentials: false"},
		{"a Python package of any version", pip, "cfn-lint==", "cfn-lint>=", "should be name==version"},
		{"a Python package at an address", pip, "cfn-lint==", "cfn-lint @ https://example.com/", "should be name==version"},
		{"another index", pip, "annotated-types==", "--extra-index-url https://example.com\nannotated-types==", "should be name==version"},
		{"a Python package without a checksum", pip, "attrs==", "attrs==1 \\\nattrs==", "attrs==1 has no checksum"},
		{"an npm package of any version", "infra/local/engine/package.json", `"1.2.1"`, `"^1.2.1"`, "should be one version"},
		{"an npm package at an address", "infra/local/engine/package.json", `"1.2.1"`, `"github:someone/else"`, "should be one version"},
		{"a script of our own", "infra/local/engine/package.json", `"private"`, `"scripts": {"install": "node x"}, "private"`, "has scripts"},
		{"an npm package without a checksum", lock, `"integrity": "sha512-`, `"integrity": "sha1-`, "has no sha512 checksum"},
		{"an address in the lock file", lock, `"integrity"`, `"resolved": "https://example.com/x.tgz", "integrity"`, "has the address"},
		{"an npm package with a script", lock, `"integrity"`, `"hasInstallScript": true, "integrity"`, "wants to run a script"},
		{"no newest patch", "go.mod", "\ntoolchain go1.", "\n// go1.", "go.mod: has no line such as toolchain"},
		{"two toolchains", "infra/tools/go.mod", "\ntoolchain go1.", "\ntoolchain go1.2", "both should be the newest patch"},
		{"a replaced module", "go.mod", "\nrequire (", "\nreplace golang.org/x/sync => ../sync\n\nrequire (", "replaces a module"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := supplyFiles(t)
			apply(t, files, c.file, edit{c.old, c.with})
			problems, err := checkSupply(files)
			if err != nil {
				problems = append(problems, err.Error())
			}
			if got := strings.Join(problems, "\n"); !strings.Contains(got, c.want) {
				t.Errorf("want a sentence with %q, got:\n%s", c.want, got)
			}
		})
	}
}

// supplyFiles are the files that checkSupply reads.
func supplyFiles(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	for _, pattern := range []string{".github/workflows/*", "infra/tools/*.txt", "infra/local/*/package*.json", "go.*", "infra/tools/go.*"} {
		err := eachFile(os.DirFS(repository), pattern, func(name string, text []byte) error {
			files[name] = &fstest.MapFile{Data: text, Mode: fs.ModePerm}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func TestMakeInstallsByChecksumOnly(t *testing.T) {
	for target, want := range map[string][]string{
		".venv/installed":          {"pip install", "--require-hashes", "--no-deps", "--only-binary :all:"},
		".venv-aws/installed":      {"pip install", "--require-hashes", "--no-deps", "--only-binary :all:"},
		"infra/tools/dynamodb/lib": {"mvn --strict-checksums", "diff ../SHA256SUMS -"},
	} {
		out := runMake(t, 0, "--dry-run", "--always-make", target)
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("make %s lacks %q:\n%s", target, w, out)
			}
		}
	}
}

// runMake runs make in the repository and returns what it printed.
func runMake(t *testing.T, want int, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "make", append([]string{"--no-print-directory"}, args...)...)
	cmd.Dir = repository
	out, _ := cmd.CombinedOutput()
	if got := cmd.ProcessState.ExitCode(); got != want {
		t.Errorf("make %s ended with %d instead of %d:\n%s", strings.Join(args, " "), got, want, out)
	}
	return string(out)
}

// internal/parallel calls Wait of errgroup.Group, and nothing imports semaphore.
func TestLintNamesAVulnerabilityThatTheCodeCalls(t *testing.T) {
	const pkg = "PACKAGES=./internal/parallel"
	called := "GOVULNDB=" + database(t, "golang.org/x/sync/errgroup", "Group.Wait")
	if out := runMake(t, 2, "vulncheck", pkg, called); !strings.Contains(out, "GO-2026-9999") || !strings.Contains(out, "Group.Wait") {
		t.Errorf("it does not say what is vulnerable:\n%s", out)
	}
	uncalled := "GOVULNDB=" + database(t, "golang.org/x/sync/semaphore", "NewWeighted")
	if out := runMake(t, 0, "vulncheck", pkg, uncalled); out != "" {
		t.Errorf("printed\n%s", out)
	}
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1") // Go's database cannot be reached
	if out := runMake(t, 0, "vulncheck", pkg); !strings.HasPrefix(out, "warning: govulncheck did not check anything") {
		t.Errorf("without a database it printed\n%s", out)
	}
	fresh := `TOOL=sh -c "printf '%s\n' 'go: downloading x' 'govulncheck: fetching vulnerabilities: no route' >&2; exit 1"`
	if out := runMake(t, 0, "vulncheck", fresh); !strings.Contains(out, "warning: govulncheck did not check anything") {
		t.Errorf("on a fresh machine it printed\n%s", out)
	}
	runMake(t, 2, "vulncheck", "PACKAGES=./internal/nowhere", uncalled)
	if out := runMake(t, 0, "--dry-run", "lint"); !strings.Contains(out, "govulncheck") {
		t.Errorf("make lint runs no govulncheck:\n%s", out)
	}
}

// database is a vulnerability database with one entry, in the layout of Go's.
func database(t *testing.T, pkg, symbol string) string {
	t.Helper()
	dir := t.TempDir()
	const id, modified, module = "GO-2026-9999", "2026-01-01T00:00:00Z", "golang.org/x/sync"
	for name, v := range map[string]any{
		"index/db.json":      map[string]any{"modified": modified},
		"index/modules.json": []any{map[string]any{"path": module, "vulns": []any{map[string]any{"id": id, "modified": modified}}}},
		"ID/" + id + ".json": map[string]any{
			"schema_version": "1.3.1", "id": id, "modified": modified, "published": modified, "summary": "fetching vulnerabilities: a trap",
			"database_specific": map[string]any{"url": "https://pkg.go.dev/vuln/" + id},
			"affected": []any{map[string]any{
				"package": map[string]any{"name": module, "ecosystem": "Go"},
				"ranges":  []any{map[string]any{"type": "SEMVER", "events": []any{map[string]any{"introduced": "0"}}}},
				"ecosystem_specific": map[string]any{
					"imports": []any{map[string]any{"path": pkg, "symbols": []string{symbol}}},
				},
			}},
		},
	} {
		text, err := json.Marshal(v)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o750)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return "file://" + dir
}
