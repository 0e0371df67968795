package wire_test

import (
	"bytes"
	"compress/gzip"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"github.com/payhooks/payhooks/internal/wire"
)

// TestAnswerIsNotZipped: DynamoDB compresses large responses for clients that accept gzip, and its checksum
// is then of the zipped bytes, which Go's transport does not show.
func TestAnswerIsNotZipped(t *testing.T) {
	n := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n++
		body := []byte(`{"SecretString":"whsec_a"}`)
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			var zipped bytes.Buffer
			z := gzip.NewWriter(&zipped)
			_, _ = z.Write(body)
			_ = z.Close()
			body = zipped.Bytes()
			w.Header().Set("Content-Encoding", "gzip")
		}
		w.Header().Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10))
		_, _ = w.Write(body)
	}))
	defer srv.Close()
	if value, err := ask(t, open(srv.URL)); err != nil || value != "whsec_a" || n != 1 {
		t.Errorf("%q, %v after %d requests", value, err, n)
	}
}

// TestTheLargestAnswerIsRead: 16 MB of items are more in base64.
func TestTheLargestAnswerIsRead(t *testing.T) {
	long := strings.Repeat("a", 22<<20)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"SecretString":"`+long+`"}`)
	}))
	defer srv.Close()
	if value, err := ask(t, open(srv.URL)); err != nil || value != long {
		t.Errorf("%d bytes, %v", len(value), err)
	}
}

// TestTransportOfTheConfigurationIsUsed: a company's own certificates are in that of the SDK.
func TestTransportOfTheConfigurationIsUsed(t *testing.T) {
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"SecretString":"whsec_a"}`)
	}))
	defer srv.Close()
	cfg := open(srv.URL).Config
	cfg.HTTPClient = awshttp.NewBuildableClient().WithTransportOptions(func(tr *http.Transport) {
		tr.TLSClientConfig.RootCAs = srv.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs //nolint:forcetypeassert // that is what it is
	})
	if value, err := ask(t, wire.New("secretsmanager", cfg, time.Now)); err != nil || value != "whsec_a" {
		t.Errorf("%q, %v", value, err)
	}
}
