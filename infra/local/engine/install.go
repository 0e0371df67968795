package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// locked is the engine for one platform, as package-lock.json has it.
type locked struct {
	name      string
	Version   string
	Integrity string // of the package, "sha512-…"; npm installs nothing else. Empty for a system that is not locked
}

// Install returns the path of the engine's binary that package-lock.json names.
// It is installed first if it is not there. Two processes may do so at once.
func Install(ctx context.Context, dir string, log *slog.Logger) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find package-lock.json: %w", err)
	}
	engine, err := lockedIn(dir)
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "node_modules", engine.folder(), "dynoxide")
	if _, err := os.Stat(binary); err == nil {
		return binary, nil
	}
	if engine.Integrity == "" {
		log.WarnContext(ctx, "the DynamoDB engine for this system is installed without a checksum; CONTRIBUTING.md says how to lock it", "package", engine.name+"@"+engine.Version)
	}
	return binary, engine.install(ctx, dir, binary)
}

// lockedIn reads the engine for this machine from package-lock.json.
func lockedIn(dir string) (locked, error) {
	text, err := os.ReadFile(filepath.Join(dir, "package-lock.json")) //nolint:gosec // of this repository
	if err != nil {
		return locked{}, fmt.Errorf("find the engine's package-lock.json: %w", err)
	}
	var lock struct{ Packages map[string]locked }
	if err := json.Unmarshal(text, &lock); err != nil {
		return locked{}, fmt.Errorf("read %s: %w", filepath.Join(dir, "package-lock.json"), err)
	}
	name := packageFor(runtime.GOOS, runtime.GOARCH)
	engine, ok := lock.Packages["node_modules/"+name]
	if !ok {
		return unlocked(name, lock.Packages)
	}
	engine.name = name
	if !strings.HasPrefix(engine.Integrity, "sha512-") {
		return locked{}, fmt.Errorf("package-lock.json in %s has no checksum of %s: lock it as CONTRIBUTING.md says, or set DYNAMODB_ENDPOINT to a DynamoDB that runs already", dir, name)
	}
	return engine, nil
}

// packageFor is the npm package with the engine for a system.
func packageFor(system, arch string) string {
	if arch == "amd64" {
		arch = "x64"
	}
	return "@dynoxide/" + system + "-" + arch
}

// unlocked is the engine for a system that package-lock.json leaves out, in the version
// of those that it has.
func unlocked(name string, packages map[string]locked) (locked, error) {
	for other, engine := range packages {
		if strings.HasPrefix(other, "node_modules/@dynoxide/") {
			return locked{name: name, Version: engine.Version}, nil
		}
	}
	return locked{}, errors.New("package-lock.json names no version of the DynamoDB engine: take it from the repository again")
}

// folder is another one for every version and content, so that what an earlier
// lock file named is never run.
func (l locked) folder() string {
	if l.Integrity == "" {
		return "dynoxide-" + l.Version + "-unlocked"
	}
	digest := strings.NewReplacer("/", "_", "+", "-", "=", "").Replace(strings.TrimPrefix(l.Integrity, "sha512-"))
	return "dynoxide-" + l.Version + "-" + digest[:min(16, len(digest))]
}

// install lets npm verify and unpack the package in a folder of its own, then
// moves it to its place. npm runs none of its scripts.
func (l locked) install(ctx context.Context, dir, binary string) (err error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return errors.New("the local DynamoDB engine comes with npm, which is not installed: install Node.js (it brings npm), or set DYNAMODB_ENDPOINT to a DynamoDB that runs already")
	}
	own, err := ownFolder(dir)
	if err != nil {
		return fmt.Errorf("prepare the installation of the DynamoDB engine: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(own)) }()
	arguments := []string{"ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"}
	if l.Integrity == "" {
		arguments = append(arguments, "--no-package-lock", "--no-save", l.name+"@"+l.Version)
		arguments[0] = "install"
	}
	//nolint:gosec // npm from PATH, with arguments of our own
	cmd := exec.CommandContext(ctx, npm, arguments...)
	cmd.Dir = own
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("npm ci with package-lock.json of %s failed; check that the npm registry can be reached, or set DYNAMODB_ENDPOINT: %w: %s", dir, err, strings.TrimSpace(string(out)))
	}
	unpacked := filepath.Join(own, "node_modules", l.name)
	if _, err := os.Stat(filepath.Join(unpacked, "dynoxide")); err != nil {
		// npm leaves an optional package out without a word.
		return fmt.Errorf("npm did not install %[1]s: the registry cannot be reached, or its package does not have the checksum in package-lock.json; compare with what `npm view %[1]s@%[2]s dist.integrity` prints, or set DYNAMODB_ENDPOINT to a DynamoDB that runs already", l.name, l.Version)
	}
	err = os.Rename(unpacked, filepath.Dir(binary))
	if _, there := os.Stat(binary); there == nil {
		return nil // another process was first
	}
	return err
}

// ownFolder makes a folder beside the installed engine with copies of the two files
// that npm reads.
func ownFolder(dir string) (string, error) {
	modules := filepath.Join(dir, "node_modules")
	if err := os.MkdirAll(modules, 0o755); err != nil { //nolint:gosec // as npm makes it
		return "", err
	}
	own, err := os.MkdirTemp(modules, ".install-")
	if err != nil {
		return "", err
	}
	for _, name := range []string{"package.json", "package-lock.json"} {
		text, err := os.ReadFile(filepath.Join(dir, name)) //nolint:gosec // of this repository
		if err == nil {
			err = os.WriteFile(filepath.Join(own, name), text, 0o600) //nolint:gosec // a folder just made
		}
		if err != nil {
			return "", errors.Join(err, os.RemoveAll(own))
		}
	}
	return own, nil
}
