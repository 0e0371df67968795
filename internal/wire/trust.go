package wire

import (
	"crypto/tls"
	"crypto/x509"
	_ "embed" // for the certificates
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
)

// amazon are the roots of Amazon Trust Services, https://www.amazontrust.com/repository, with
// which AWS's addresses are certified.
//
//go:embed amazon.pem
var amazon []byte

// AWS returns a client for AWS's own addresses. It trusts Amazon's roots: to read all that the
// system trusts takes a third of the CPU time of a cold start.
func AWS() *http.Client {
	return &http.Client{Transport: &trust{system: shared, narrow: sync.OnceValue(func() http.RoundTripper {
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(amazon)
		t := shared.Clone()
		t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
		return t
	})}}
}

// trust is the system's where the narrow one cannot verify a service: in a partition with
// other roots, or behind a proxy that reads along.
type trust struct {
	narrow func() http.RoundTripper
	system http.RoundTripper
	wide   atomic.Bool
}

// RoundTrip implements http.RoundTripper.
func (t *trust) RoundTrip(req *http.Request) (*http.Response, error) {
	if t.wide.Load() {
		return t.system.RoundTrip(req)
	}
	res, err := t.narrow().RoundTrip(req)
	if !unverified(err) || req.Body != nil && req.GetBody == nil {
		return res, err
	}
	t.wide.Store(true)
	again := req.Clone(req.Context()) // nothing of the first was sent
	if req.GetBody != nil {
		if again.Body, err = req.GetBody(); err != nil {
			return nil, err
		}
	}
	return t.system.RoundTrip(again)
}

// unverified reports whether the trusted roots do not lead to a certificate. Whose it is does
// not depend on them.
func unverified(err error) bool {
	return errors.As(err, new(*tls.CertificateVerificationError)) && !errors.As(err, new(x509.HostnameError))
}
