package lambda

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Install puts the binaries into dir and returns their places there. A later
// build replaces the originals without touching these.
func Install(binaries map[string]string, dir string) (map[string]string, error) {
	if err := os.RemoveAll(dir); err != nil {
		return nil, fmt.Errorf("clear the folder for the functions: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for the functions: %w", err)
	}
	out := make(map[string]string, len(binaries))
	for id, from := range binaries {
		to := filepath.Join(dir, filepath.Base(from))
		if _, err := os.Stat(to); err != nil && os.Link(from, to) != nil {
			if err := copyFile(from, to); err != nil {
				return nil, fmt.Errorf("install the function %s: %w", id, err)
			}
		}
		out[id] = to
	}
	return out, nil
}

// copyFile is for a folder on another disk, where no link leads.
func copyFile(from, to string) (err error) {
	in, err := os.Open(from) //nolint:gosec // a binary that was just built
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o700) //nolint:gosec // it must run
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
