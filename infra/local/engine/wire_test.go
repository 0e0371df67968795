package engine_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/local/engine"
)

// wired is a client over a Wire, and a server that counts its connections.
func wired(t *testing.T, h http.HandlerFunc) (*http.Client, *httptest.Server, *atomic.Int32) {
	t.Helper()
	var made atomic.Int32
	s := httptest.NewUnstartedServer(h)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			made.Add(1)
		}
	}
	s.Start()
	client := &http.Client{Transport: &engine.Wire{}}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		s.Close()
	})
	return client, s, &made
}

func ask(ctx context.Context, c *http.Client, url, body string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	res, err := c.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	return string(answer), err
}

func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	_, _ = w.Write(body)
}

func TestWireReusesItsConnections(t *testing.T) {
	client, s, made := wired(t, echo)
	for _, body := range []string{"a", strings.Repeat("large ", 50000), ""} {
		if got, err := ask(t.Context(), client, s.URL, body); err != nil || got != body {
			t.Fatalf("%d bytes came back of %d: %v", len(got), len(body), err)
		}
	}
	if made.Load() != 1 {
		t.Errorf("%d connections for three calls, one after the other", made.Load())
	}
}

func TestWireServesConcurrentCallers(t *testing.T) {
	client, s, _ := wired(t, echo)
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			body := strings.Repeat(string(rune('a'+i%26)), i*37)
			if got, err := ask(t.Context(), client, s.URL, body); err != nil || got != body {
				t.Errorf("call %d: %d bytes of %d, %v", i, len(got), len(body), err)
			}
		})
	}
	wg.Wait()
}

func TestWireUsesNoConnectionThatTheEngineClosed(t *testing.T) {
	client, s, made := wired(t, echo)
	for range 3 {
		if _, err := ask(t.Context(), client, s.URL, "x"); err != nil {
			t.Fatal(err)
		}
		s.CloseClientConnections()
	}
	if made.Load() != 3 {
		t.Errorf("%d connections, want a new one for each call", made.Load())
	}
}

func TestWireSendsNothingTwice(t *testing.T) {
	var calls atomic.Int32
	client, s, _ := wired(t, func(http.ResponseWriter, *http.Request) {
		calls.Add(1)
		panic(http.ErrAbortHandler)
	})
	if _, err := ask(t.Context(), client, s.URL, "x"); err == nil || calls.Load() != 1 {
		t.Errorf("%d calls, %v", calls.Load(), err)
	}
}

func TestWireStopsWhenTheCallerDoes(t *testing.T) {
	release := make(chan struct{})
	client, s, _ := wired(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := ask(ctx, client, s.URL, "x"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the deadline", err)
	}
}
