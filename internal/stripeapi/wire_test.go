package stripeapi_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/payhooks/payhooks/internal/stripeapi"
)

// wire is a server that keeps what it was asked, and a client of it that reports a
// request to any other host.
type wire struct {
	*stripeapi.Client
	url string

	mu    sync.Mutex
	asked []asked
}

type asked struct {
	method, target, body string
	header               http.Header
}

func listen(t *testing.T, answer http.HandlerFunc) *wire {
	t.Helper()
	w := &wire{}
	srv := httptest.NewServer(http.HandlerFunc(func(res http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.mu.Lock()
		w.asked = append(w.asked, asked{r.Method, r.RequestURI, string(body), r.Header})
		w.mu.Unlock()
		answer(res, r)
	}))
	t.Cleanup(srv.Close)
	w.url, w.Client = srv.URL, at(srv.URL, "rk_test_1")
	w.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		if "http://"+r.URL.Host != srv.URL || r.Host != r.URL.Host || r.URL.User != nil {
			t.Errorf("a request to %s for %s", r.URL.Host, r.Host)
		}
		return http.DefaultTransport.RoundTrip(r)
	})
	return w
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func says(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// requests returns what was asked since the last call.
func (w *wire) requests() []asked {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.asked
	w.asked = nil
	return all
}
