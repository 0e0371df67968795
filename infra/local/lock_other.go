//go:build !unix

package local

import "os"

// tryLock has nothing to take here; the store refuses a second opener.
func tryLock(*os.File) bool { return true }
