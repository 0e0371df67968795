//go:build unix

package engine

import (
	"errors"
	"net"
	"syscall"
)

// open reports whether an idle connection can still be used: nothing has come
// in on it, neither bytes that nobody asked for nor its end.
func open(c net.Conn) bool {
	sc, ok := c.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return false
	}
	var got error
	err = raw.Read(func(fd uintptr) bool {
		_, got = syscall.Read(int(fd), make([]byte, 1)) //nolint:gosec // a file descriptor is small
		return true
	})
	return err == nil && (errors.Is(got, syscall.EAGAIN) || errors.Is(got, syscall.EWOULDBLOCK))
}
