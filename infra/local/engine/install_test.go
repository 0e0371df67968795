package engine_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/payhooks/payhooks/infra/local/engine"
)

const engineVersion = "1.0.0"

// packed is an npm package with the engine for this machine, and its checksum. Its
// script would leave the file "ran" beside package.json.
func packed(t *testing.T, binary string) (tarball []byte, integrity string) {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	archive := tar.NewWriter(zipped)
	for _, file := range []struct{ name, text string }{
		{"package/dynoxide", binary},
		{"package/package.json", fmt.Sprintf(`{"name": %q, "version": %q, "scripts": {"postinstall": "touch $INIT_CWD/../../ran"}}`, engineName(), engineVersion)},
	} {
		if err := archive.WriteHeader(&tar.Header{Name: file.name, Mode: 0o755, Size: int64(len(file.text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write([]byte(file.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	sum := sha512.Sum512(out.Bytes())
	return out.Bytes(), "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
}

func engineName() string {
	arch := map[string]string{"amd64": "x64"}[runtime.GOARCH]
	if arch == "" {
		arch = runtime.GOARCH
	}
	return "@dynoxide/" + runtime.GOOS + "-" + arch
}

// registry is npm's from here on. It serves this engine, with its own checksum.
func registry(t *testing.T, binary string) {
	t.Helper()
	tarball, integrity := packed(t, binary)
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".tgz") {
			_, _ = w.Write(tarball)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{
			"name": engineName(), "dist-tags": map[string]string{"latest": engineVersion},
			"versions": map[string]any{engineVersion: map[string]any{
				"name": engineName(), "version": engineVersion, "hasInstallScript": true,
				"dist": map[string]string{"integrity": integrity, "tarball": server.URL + "/engine.tgz"},
			}},
		})
	}))
	t.Cleanup(server.Close)
	t.Setenv("npm_config_registry", server.URL)
	t.Setenv("npm_config_cache", t.TempDir())
}

// lockTo writes the files that npm reads into a folder.
func lockTo(t *testing.T, dir, integrity string) {
	t.Helper()
	needs := map[string]any{"optionalDependencies": map[string]string{engineName(): engineVersion}}
	write(t, filepath.Join(dir, "package.json"), needs)
	write(t, filepath.Join(dir, "package-lock.json"), map[string]any{
		"lockfileVersion": 3, "requires": true, "packages": map[string]any{
			"": needs,
			"node_modules/" + engineName(): map[string]any{
				"version": engineVersion, "integrity": integrity, "optional": true, "hasInstallScript": true,
			},
		},
	})
}

func write(t *testing.T, file string, v any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// installs are the files in the folder that npm installs into.
func installs(t *testing.T, dir string) (files []string) {
	t.Helper()
	err := filepath.Walk(filepath.Join(dir, "node_modules"), func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestAnEngineWithAnotherChecksumThanTheLockedOneIsNotInstalled(t *testing.T) {
	dir := t.TempDir()
	_, integrity := packed(t, "the engine")
	lockTo(t, dir, integrity)
	registry(t, "an attacker's, at the same version")
	_, err := engine.Install(t.Context(), dir, slog.Default())
	if err == nil || !strings.Contains(err.Error(), "does not have the checksum in package-lock.json") || !strings.Contains(err.Error(), "DYNAMODB_ENDPOINT") {
		t.Errorf("got %v", err)
	}
	if files := installs(t, dir); len(files) > 0 {
		t.Errorf("it left %s", files)
	}
}

func TestAnEngineWithoutAChecksumIsNotInstalled(t *testing.T) {
	dir := t.TempDir()
	lockTo(t, dir, "")
	registry(t, "the engine")
	_, err := engine.Install(t.Context(), dir, slog.Default())
	if err == nil || !strings.Contains(err.Error(), "no checksum of "+engineName()) || !strings.Contains(err.Error(), "CONTRIBUTING.md") {
		t.Errorf("got %v", err)
	}
}

// A system that nobody locked gets the version of the others, and is told so.
func TestAnEngineForASystemThatIsNotLockedIsInstalledWithAWarning(t *testing.T) {
	dir := t.TempDir()
	other := "node_modules/@dynoxide/plan9-mips"
	needs := map[string]any{"optionalDependencies": map[string]string{"@dynoxide/plan9-mips": engineVersion}}
	write(t, filepath.Join(dir, "package.json"), needs)
	write(t, filepath.Join(dir, "package-lock.json"), map[string]any{
		"lockfileVersion": 3, "packages": map[string]any{
			"": needs, other: map[string]any{"version": engineVersion, "integrity": "sha512-abc", "optional": true, "os": []string{"plan9"}},
		},
	})
	registry(t, "the engine")
	var logs bytes.Buffer
	binary, err := engine.Install(t.Context(), dir, slog.New(slog.NewTextHandler(&logs, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(binary); err != nil || string(text) != "the engine" {
		t.Errorf("got %q, %v", text, err)
	}
	if !strings.Contains(logs.String(), "without a checksum") || !strings.Contains(logs.String(), engineName()+"@"+engineVersion) {
		t.Errorf("logged %s", logs.String())
	}
	if _, err := os.Stat(filepath.Join(dir, "ran")); err == nil {
		t.Error("npm ran the package's script")
	}
}

func TestTheLockedEngineIsInstalledWithoutRunningScripts(t *testing.T) {
	dir := t.TempDir()
	_, integrity := packed(t, "the engine")
	lockTo(t, dir, integrity)
	registry(t, "the engine")
	both, ctx := errgroup.WithContext(t.Context())
	for range 2 { // processes that start at once
		both.Go(func() error {
			binary, err := engine.Install(ctx, dir, slog.Default())
			if err != nil {
				return err
			}
			if text, err := os.ReadFile(binary); err != nil || string(text) != "the engine" {
				return fmt.Errorf("installed %q: %w", text, err)
			}
			return nil
		})
	}
	if err := both.Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "ran")); err == nil {
		t.Error("npm ran the package's script")
	}
	if files := installs(t, dir); len(files) != 2 {
		t.Errorf("want the binary and its package.json, got %s", files)
	}
}

func TestAnEngineThatAnEarlierLockNamedIsReplaced(t *testing.T) {
	dir := t.TempDir()
	for _, content := range []string{"the engine", "the engine of the next commit"} {
		_, integrity := packed(t, content)
		lockTo(t, dir, integrity)
		registry(t, content)
		binary, err := engine.Install(t.Context(), dir, slog.Default())
		if err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(binary); err != nil || string(text) != content {
			t.Errorf("got %q, %v", text, err)
		}
	}
}

func TestWithoutNpmTheErrorSaysWhatToInstall(t *testing.T) {
	dir := t.TempDir()
	lockTo(t, dir, "sha512-abc")
	t.Setenv("PATH", dir)
	err := (&engine.Engine{Package: dir, DataDir: t.TempDir()}).Start(t.Context())
	if err == nil || !strings.Contains(err.Error(), "install Node.js") || !strings.Contains(err.Error(), "DYNAMODB_ENDPOINT") {
		t.Errorf("got %v", err)
	}
}
