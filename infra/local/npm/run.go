package npm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// run has npm install in the folder, and says why if the program is not there then. npm
// runs none of the package's scripts.
func (l locked) run(ctx context.Context, in string) error {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return fmt.Errorf("%s comes with npm, which is not installed: install Node.js (it brings npm), or %s", l.Name, l.Instead)
	}
	arguments := []string{"ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"}
	if l.integrity == "" {
		arguments = append(arguments, "--no-package-lock", "--no-save", l.name+"@"+l.version)
		arguments[0] = "install"
	}
	//nolint:gosec // npm from PATH, with constant arguments and a name of the lock file
	cmd := exec.CommandContext(ctx, npm, arguments...)
	cmd.Dir = in
	out, failed := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if _, err := os.Stat(filepath.Join(in, "node_modules", l.name, l.Binary)); failed != nil || err != nil {
		return l.why(ctx, npm, in, strings.TrimSpace(string(out)))
	}
	return nil
}

// ownFolder makes a folder beside the installed programs with copies of the two files
// that npm reads.
func (l locked) ownFolder() (string, error) {
	modules := filepath.Join(l.Dir, "node_modules")
	if err := os.MkdirAll(modules, 0o755); err != nil { //nolint:gosec // as npm makes it
		return "", err
	}
	own, err := os.MkdirTemp(modules, ".install-")
	if err != nil {
		return "", err
	}
	for _, name := range []string{"package.json", "package-lock.json"} {
		text, err := os.ReadFile(filepath.Join(l.Dir, name)) //nolint:gosec // of this repository
		if err == nil {
			err = os.WriteFile(filepath.Join(own, name), text, 0o600) //nolint:gosec // a folder just made
		}
		if err != nil {
			return "", errors.Join(err, os.RemoveAll(own))
		}
	}
	return own, nil
}
