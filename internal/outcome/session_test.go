package outcome_test

import (
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/payhooks/payhooks/internal/outcome"
)

func TestAnotherConnectionResumesTheSession(t *testing.T) {
	srv := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	client := outcome.HTTP().GetTransport()
	client.TLSClientConfig.RootCAs = x509.NewCertPool()
	client.TLSClientConfig.RootCAs.AddCert(srv.Certificate())
	for i := range 3 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		res, err := client.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		if _ = res.Body.Close(); res.TLS.DidResume != (i > 0) {
			t.Errorf("request %d: resumed %t", i, res.TLS.DidResume)
		}
	}
}
