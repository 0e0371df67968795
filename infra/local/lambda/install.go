package lambda

import (
	"bytes"
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
		if _, err := os.Stat(to); err != nil {
			if err := InstallOne(from, to); err != nil {
				return nil, fmt.Errorf("%s: %w", id, err)
			}
		}
		out[id] = to
	}
	return out, nil
}

// InstallOne puts a binary into another place, whose folder is made.
func InstallOne(from, to string) error {
	err := os.MkdirAll(filepath.Dir(to), 0o700)
	if err == nil && os.Link(from, to) != nil {
		err = copyFile(from, to)
	}
	if err != nil {
		return fmt.Errorf("install the function %s: %w", filepath.Base(to), err)
	}
	return nil
}

// Uninstall removes a binary, and its folder after the last one. What runs is not disturbed.
func Uninstall(binary string) {
	_ = os.Remove(binary) // else the next start does it
	_ = os.Remove(filepath.Dir(binary))
}

// SameFile reports whether a binary was not built anew since it was installed.
func SameFile(built, installed string) bool {
	a, err := os.Stat(built)
	if err != nil {
		return false
	}
	b, err := os.Stat(installed)
	if err != nil || a.Size() != b.Size() {
		return false
	}
	return os.SameFile(a, b) || sameContent(built, installed)
}

// sameContent is for binaries that were copied, or built to the same bytes.
func sameContent(a, b string) bool {
	x, err := os.ReadFile(a) //nolint:gosec // binaries of this project
	if err != nil {
		return false
	}
	y, err := os.ReadFile(b) //nolint:gosec // binaries of this project
	return err == nil && bytes.Equal(x, y)
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
