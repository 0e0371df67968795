package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// volume is how many events the stack has: more than a list may read.
const volume = 100_000

// full starts a stack and stores so many events in its engine, past dispatch: one a
// second until now, each published without a subscriber.
func full(tb testing.TB, n int) *local.Stack {
	tb.Helper()
	dir := tb.TempDir()
	tb.Setenv("DATA_DIR", dir)
	s, err := local.Start(tb.Context(), local.Config{Dir: "../..", DataDir: dir, Secret: demoSecret, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	g, ctx := errgroup.WithContext(tb.Context())
	g.SetLimit(8)
	now := time.Now().UTC()
	ids := make([]int, n)
	for i := range ids {
		ids[i] = i
	}
	for batch := range slices.Chunk(ids, 100) {
		g.Go(func() error {
			var puts []any
			for _, i := range batch {
				puts = append(puts, map[string]any{"Put": map[string]any{
					"TableName": s.Stack + "-events", "Item": publishedEvent(i, now.Add(-time.Duration(n-i)*time.Second)),
				}})
			}
			return s.Engine.Client().Call(ctx, "TransactWriteItems", map[string]any{"TransactItems": puts}, nil)
		})
	}
	if err := g.Wait(); err != nil {
		tb.Fatal(err)
	}
	return s
}

// publishedEvent is an item as package dynamo writes it, without a body.
func publishedEvent(i int, at time.Time) map[string]any {
	id := fmt.Sprintf("evt_volume%07d", i)
	text := func(s string) any { return map[string]string{"S": s} }
	it := map[string]any{
		"id": text(id), "type": text("charge.succeeded"), "livemode": map[string]bool{"BOOL": false}, "api_version": text("2026-08-26.dahlia"),
		"created": text(at.Format("2006-01-02T15:04:05Z")), "received": text(at.Format("2006-01-02T15:04:05.000Z")),
		"object": text("ch_" + id), "object_type": text("charge"), "shard": text(fmt.Sprintf("%02d", event.Shard(id, event.ReceiptShards))),
		"expires": map[string]string{"N": fmt.Sprint(at.AddDate(1, 0, 0).Unix())},
	}
	if i%1000 == 7 { // the others are left out to fill the tables faster
		it["customer"], it["customer_key"] = text("cus_7"), text("test/own/customer/cus_7")
	}
	return it
}

// calls are the AWS calls that commands make, by their names.
type calls struct {
	mu  sync.Mutex
	all map[string]int
}

// counted lets the commands of the test reach the stack through a proxy that counts.
func counted(tb testing.TB, s *local.Stack) *calls {
	tb.Helper()
	c := &calls{all: map[string]int{}}
	to, err := url.Parse(s.Running.AWS)
	if err != nil {
		tb.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		c.all[r.Header.Get("X-Amz-Target")]++
		c.mu.Unlock()
		proxy.ServeHTTP(w, r)
	}))
	tb.Cleanup(srv.Close)
	running := s.Running
	running.AWS = srv.URL
	data, err := json.Marshal(running)
	dir := tb.TempDir()
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "stack.json"), data, 0o600)
	}
	if err != nil {
		tb.Fatal(err)
	}
	tb.Setenv("DATA_DIR", dir)
	return c
}

// since returns how many calls there were since the last time, and which.
func (c *calls) since() (n int, by string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, one := range c.all {
		n += one
	}
	by = fmt.Sprint(c.all)
	clear(c.all)
	return n, by
}

func TestListsOfManyEventsReadWhatTheyShow(t *testing.T) {
	s := full(t, volume)
	c := counted(t, s)
	newest := fmt.Sprintf("evt_volume%07d", volume-1)
	for _, x := range []struct {
		line  string
		rows  int
		first string
		most  int // calls
	}{
		{"events list", 50, newest, event.ReceiptShards + 5},
		{"events list --limit 1", 1, newest, event.ReceiptShards + 5},
		{"events list --status parked", 0, "", event.UnfinishedShards},
		{"events list --status quarantined", 0, "", 1},
		{"events list --customer cus_7 --account own", 50, "evt_volume0099007", 9},
		{"events list --type refund.created", 0, "", volume/1000 + 2*event.ReceiptShards},
		{"parked", 0, "", 2 * event.UnfinishedShards},
	} {
		began := time.Now()
		r := run(t, append(strings.Fields(x.line), "--json")...)
		took := time.Since(began)
		n, by := c.since()
		t.Logf("payhooks %s: %s, %d calls: %s", x.line, took.Round(100*time.Microsecond), n, by)
		rows := objects[operator.EventRow](t, r.out)
		if r.code != 0 || len(rows) != x.rows || n > x.most || x.first != "" && rows[0].ID != x.first {
			t.Errorf("payhooks %s: exit %d, %d rows, %d calls, %s", x.line, r.code, len(rows), n, r.err)
		}
	}
	consoleOfMany(t, c)
}

// BenchmarkEventsList lists the newest of 100,000 events, in the process of the command.
func BenchmarkEventsList(b *testing.B) {
	full(b, volume)
	for _, line := range []string{"events list", "events list --status parked", "events list --customer cus_7 --account own"} {
		b.Run(line, func(b *testing.B) {
			for b.Loop() {
				if r := run(b, append(strings.Fields(line), "--json")...); r.code != 0 {
					b.Fatal(r.err)
				}
			}
		})
	}
}
