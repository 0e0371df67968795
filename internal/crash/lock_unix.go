//go:build unix

package crash

import (
	"os"
	"syscall"
)

// tryLock takes the file for this process, until the process ends, however it ends.
func tryLock(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil //nolint:gosec // a file descriptor is small
}
