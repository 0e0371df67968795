// Package checkout copies the files of a checkout, to be changed, built and run.
package checkout

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// engine is where npm installs the local DynamoDB engine.
const engine = "infra/local/engine/node_modules"

// Copy copies the tracked and the new files, as they are in the working tree, into a
// new git repository: some tests list the tracked files.
func Copy(ctx context.Context, from, to string) error {
	list, err := git(ctx, from, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return fmt.Errorf("list the files: %w", err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(list), "\x00"), "\x00") {
		if err := copyFile(filepath.Join(from, name), filepath.Join(to, name)); err != nil {
			return err
		}
	}
	if out, err := git(ctx, to, "init", "--quiet").CombinedOutput(); err != nil {
		return fmt.Errorf("git init: %w: %s", err, out)
	}
	return linkEngine(from, to)
}

// copyFile copies a file with its mode; one that was deleted is left out.
func copyFile(from, to string) error {
	info, err := os.Stat(from)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	data, err := os.ReadFile(from) //nolint:gosec // tracked by git
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		return err
	}
	return os.WriteFile(to, data, info.Mode().Perm()) //nolint:gosec // into the copy
}

// linkEngine lets the copy use the installed engine, if it is installed.
func linkEngine(from, to string) error {
	installed, err := filepath.Abs(filepath.Join(from, engine))
	if err != nil {
		return err
	}
	if _, err := os.Stat(installed); err != nil {
		return nil //nolint:nilerr // npm installs it in the copy
	}
	if err := os.Symlink(installed, filepath.Join(to, engine)); err != nil {
		return err
	}
	// The pattern in .gitignore matches folders only.
	return os.WriteFile(filepath.Join(to, ".git/info/exclude"), []byte(filepath.Base(engine)+"\n"), 0o600)
}

// Track adds the copy's files to its repository.
func Track(ctx context.Context, dir string) error {
	if out, err := git(ctx, dir, "add", "--all").CombinedOutput(); err != nil {
		return fmt.Errorf("git add: %w: %s", err, out)
	}
	return nil
}

func git(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", args...) //nolint:gosec // the calls above
	cmd.Dir = dir
	return cmd
}
