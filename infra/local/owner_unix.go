//go:build unix

package local

import (
	"io/fs"
	"os"
	"syscall"
)

// ownedByUser reports whether the file is of the user that runs this process.
func ownedByUser(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}
