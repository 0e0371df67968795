package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/local/loglines"
	"github.com/payhooks/payhooks/internal/event"
)

// consoleOfMany opens pages of a stack with a great many events, and says how long each
// takes; list may send at most a call for each shard and five more, none for a body.
func consoleOfMany(t *testing.T, c *calls) {
	run, err := local.Find(cli.DataDir())
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(localConsole(&loglines.Lines{})(run, nil))
	defer srv.Close()
	for _, path := range []string{"/events", "/", "/events?type=charge.*", "/events?status=parked", "/events?customer=cus_7", "/help"} {
		fetchPage(t, srv.URL+path) // what needs a person is counted on the side
		time.Sleep(time.Second)
		var took []time.Duration
		calls, by := []int{}, ""
		for range 20 {
			c.since()
			begin := time.Now()
			fetchPage(t, srv.URL+path)
			took = append(took, time.Since(begin))
			n, kinds := c.since()
			calls, by = append(calls, n), by+kinds
		}
		slices.Sort(took)
		slices.Sort(calls) // the highest have a count on the side in them
		t.Logf("%-28s %3d calls, p50 %s, p95 %s", path, calls[10], took[10].Round(100*time.Microsecond), took[18].Round(100*time.Microsecond))
		if path == "/events" && (calls[10] > event.ReceiptShards+5 || strings.Contains(by, "GetItem:") && !strings.Contains(by, "BatchGetItem:") || strings.Contains(by, "Scan")) {
			t.Errorf("%s takes %d calls: %s", path, calls[10], by)
		}
	}
	openTabs(t, srv.URL)
}

// openTabs keeps ten pages live, each of another session, and looks at what they hold.
func openTabs(t *testing.T, base string) {
	t.Helper()
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, bytes := heap(), atomic.Int64{}
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	var tabs sync.WaitGroup
	for _, page := range []string{"/", "/events", "/events?status=parked", "/events?customer=cus_7", "/attention", "/events?type=charge.*", "/events", "/", "/attention?state=parked", "/events?status=waiting"} {
		tabs.Go(func() {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/live?page="+url.QueryEscape(page), http.NoBody)
			if err != nil {
				t.Error(err)
				return
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil || res.StatusCode != http.StatusOK {
				t.Errorf("%s is not live: %v", page, err)
				return
			}
			defer func() { _ = res.Body.Close() }()
			n, _ := io.Copy(io.Discard, res.Body) // until the time is over
			bytes.Add(n)
		})
	}
	time.Sleep(15 * time.Second)
	held := (int64(heap()) - int64(before)) >> 20
	tabs.Wait()
	t.Logf("ten live tabs hold %d MB and got %d KB", held, bytes.Load()>>10)
	if held > 100 || bytes.Load() == 0 {
		t.Errorf("ten live tabs hold %d MB and got %d bytes", held, bytes.Load())
	}
}

func fetchPage(t *testing.T, url string) {
	t.Helper()
	res, err := http.Get(url) //nolint:gosec,noctx // of this test
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if body, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v\n%s", url, res.Status, err, body)
	}
}
