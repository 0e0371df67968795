//go:build unix

package local

import (
	"os"
	"syscall"
)

// tryLock takes the file for this process; it is free again when the process
// ends, however it ends.
func tryLock(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil //nolint:gosec // a file descriptor is small
}
