package start

import "os"

// bundle has the certificates that Amazon Linux trusts, which is what Lambda runs.
const bundle = "/etc/pki/tls/certs/ca-bundle.crt"

// readRootsOnce has crypto/x509 read the trusted certificates from a bundle only. Amazon Linux
// has a file for each of them, too, and all are read before the first connection: that took
// more CPU time than all else that a function does to start.
func readRootsOnce(bundle string) {
	if ownRoots(os.Getenv) {
		return
	}
	if info, err := os.Stat(bundle); err != nil || !info.Mode().IsRegular() { //nolint:gosec // Amazon Linux's own file
		return
	}
	_ = os.Setenv("SSL_CERT_FILE", bundle)    // neither name can be refused
	_ = os.Setenv("SSL_CERT_DIR", os.DevNull) // a folder without files; empty would be the default
}

// ownRoots reports whether the deployment decides what is trusted.
func ownRoots(getenv func(string) string) bool {
	return getenv("SSL_CERT_FILE") != "" || getenv("SSL_CERT_DIR") != ""
}
