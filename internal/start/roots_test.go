package start

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestRootsAreThoseOfTheBundle runs itself: a process reads its
// roots once.
func TestRootsAreThoseOfTheBundle(t *testing.T) {
	if file := os.Getenv("TEST_BUNDLE"); file != "" {
		readRootsOnce(file)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodHead, os.Getenv("TEST_URL"), http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			_ = res.Body.Close()
		}
		pool, _ := x509.SystemCertPool()
		fmt.Println("roots", len(pool.Subjects()), err == nil) //nolint:staticcheck // of files, which it has
		return
	}
	if runtime.GOOS != "linux" {
		t.Skip("the system of this machine has its roots elsewhere")
	}
	srv := httptest.NewTLSServer(http.NotFoundHandler())
	defer srv.Close()
	own := filepath.Join(t.TempDir(), "own.pem")
	if err := os.WriteFile(own, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	const only = "roots 1 true"
	for name, c := range map[string]struct {
		bundle string
		env    []string
		only   bool
	}{
		"a bundle":                 {own, nil, true},
		"none":                     {own + ".none", nil, false},
		"a folder":                 {filepath.Dir(own), nil, false},
		"a file of the deployment": {empty, []string{"SSL_CERT_FILE=" + own, "SSL_CERT_DIR=" + os.DevNull}, true},
		"its folder":               {empty, []string{"SSL_CERT_DIR=" + filepath.Dir(own)}, false},
	} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append([]string{"TEST_BUNDLE=" + c.bundle, "TEST_URL=" + srv.URL}, c.env...)
		out, err := cmd.CombinedOutput()
		if err != nil || strings.Contains(string(out), only) != c.only || len(c.env) > 0 && !strings.Contains(string(out), "true") {
			t.Errorf("%s: %s, %v", name, out, err)
		}
	}
}
