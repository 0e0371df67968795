package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Install returns the path of the engine's binary, running npm in the folder
// of package.json if it is not there yet. Two processes may do so at once.
func Install(ctx context.Context, dir string) (string, error) {
	binary, err := binaryIn(dir)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(binary); err == nil {
		return binary, nil
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", errors.New("the local DynamoDB engine comes with npm, which is not installed: install Node.js (it brings npm), or set DYNAMODB_ENDPOINT to a DynamoDB that runs already")
	}
	//nolint:gosec // npm from PATH, with arguments of our own
	cmd := exec.CommandContext(ctx, npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("npm install in %s failed; check that the npm registry can be reached, or set DYNAMODB_ENDPOINT: %w: %s", dir, err, strings.TrimSpace(string(out)))
	}
	if _, err := os.Stat(binary); err != nil {
		return "", fmt.Errorf("npm has no DynamoDB engine for %s/%s: set DYNAMODB_ENDPOINT to a DynamoDB that runs already", runtime.GOOS, runtime.GOARCH)
	}
	return binary, nil
}

func binaryIn(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find package.json: %w", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "package.json")); err != nil {
		return "", fmt.Errorf("find the engine's package.json: %w", err)
	}
	arch := map[string]string{"amd64": "x64"}[runtime.GOARCH]
	if arch == "" {
		arch = runtime.GOARCH
	}
	return filepath.Join(dir, "node_modules", "@dynoxide", runtime.GOOS+"-"+arch, "dynoxide"), nil
}
