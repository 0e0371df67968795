package function

import (
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
)

// secret that both sides sign and verify with.
const secret = "whsec_bench" //nolint:gosec // of no endpoint

// service answers DynamoDB's and Secrets Manager's calls over TLS as soon as they are read:
// what is measured is the function. Secrets Manager waits until answering is closed.
func service(dir string, answering <-chan struct{}) (*httptest.Server, []string, error) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".GetSecretValue") {
			select {
			case <-answering:
			case <-r.Context().Done():
				return
			}
			_ = json.NewEncoder(w).Encode(map[string]string{"SecretString": secret})
			return
		}
		_, _ = io.WriteString(w, "{}")
	}))
	srv.TLS = &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	srv.StartTLS()
	ca := filepath.Join(dir, "ca.pem")
	err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}), 0o600)
	return srv, []string{"AWS_ENDPOINT_URL=" + srv.URL, "SSL_CERT_FILE=" + ca, "SSL_CERT_DIR=" + filepath.Join(dir, "none")}, err
}
