package gateway

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A client that never finishes its body holds a connection no longer than a request
// may take, and reaches no function.
func TestRow68SlowBodyEndsWithTheRequestsTime(t *testing.T) {
	s, got := serve(t, `{"statusCode":200}`, nil)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	begin := time.Now()
	_ = conn.SetDeadline(begin.Add(10 * time.Second))
	if _, err := io.WriteString(conn, "POST /webhooks/default HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if took := time.Since(begin); err != nil || took > 8*time.Second || !strings.HasPrefix(string(answer), "HTTP/1.1 408") {
		t.Errorf("after %s: %q, error %v", took, answer, err)
	}
	if got.Version != "" {
		t.Error("the function got half a request")
	}
}

func TestRequestsOfOneConnectionHaveTheirOwnTime(t *testing.T) {
	s, _ := serve(t, `{"statusCode":200}`, nil)
	for range 3 {
		if res, _ := send(t, http.MethodPost, s.URL+"/webhooks/default", "{}", http.Header{}); res.StatusCode != http.StatusOK {
			t.Errorf("answered %d", res.StatusCode)
		}
		time.Sleep(300 * time.Millisecond)
	}
}
