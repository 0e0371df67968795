//go:build unix

package main

import (
	"fmt"
	"os"
	"syscall"
)

// lock waits for the file; it is free again when the process ends, however it
// ends.
func lock(name string) (unlock func(), err error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // build output
	if err != nil {
		return nil, err
	}
	for err = syscall.EINTR; err == syscall.EINTR; { //nolint:errorlint // as the call returns it
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX) //nolint:gosec // a file descriptor is small
	}
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", name, err)
	}
	return func() { _ = f.Close() }, nil
}
