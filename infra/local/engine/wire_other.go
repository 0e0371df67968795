//go:build !unix

package engine

import "net"

// open reports whether an idle connection can still be used, which cannot be
// seen here: every call makes its own.
func open(net.Conn) bool { return false }
