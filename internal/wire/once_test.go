package wire_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/wire"
)

// TestEffectIsOneRequestWhateverComesOfIt, and on a connection of its own: what the
// configuration says about repeats is for calls that may be repeated.
func TestEffectIsOneRequestWhateverComesOfIt(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter){
		"an error of the service": func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) },
		"throttled":               func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) },
		"a lost reply":            func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
		"half a reply": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "{")
		},
	} {
		var requests, opened atomic.Int32
		good := true
		srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if requests.Add(1); !good {
				answer(w)
				return
			}
			_, _ = io.WriteString(w, `{}`)
		}))
		srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
			if s == http.StateNew {
				opened.Add(1)
			}
		}
		srv.Start()
		c := wire.Once("ses", open(srv.URL).Config, time.Now)
		if err := c.REST(t.Context(), "SendEmail", "/v2", struct{}{}, &struct{}{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		good = false
		if err := c.REST(t.Context(), "SendEmail", "/v2", struct{}{}, &struct{}{}); err == nil {
			t.Errorf("%s: no error", name)
		}
		if _, err := c.Publish(t.Context(), url.Values{}); err == nil {
			t.Errorf("%s: no error", name)
		}
		srv.Close()
		if requests.Load() != 3 || opened.Load() != 3 {
			t.Errorf("%s: %d requests on %d connections for three calls", name, requests.Load(), opened.Load())
		}
	}
}
