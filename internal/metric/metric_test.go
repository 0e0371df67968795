package metric_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/metric"
)

func TestCountsAreWrittenOnceAndByTheirDimensions(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	var c metric.Counts
	c.Write(t.Context(), log, "shop", time.UnixMilli(7))
	if out.Len() > 0 {
		t.Errorf("nothing was counted, and %s is written", out.String())
	}
	for range 3 {
		c.Add(metric.Throttled, metric.Dimension{Name: "table", Value: "shop-events"}, metric.Dimension{Name: "index", Value: "received"})
	}
	c.Add(metric.Throttled, metric.Dimension{Name: "table", Value: "shop-events"}, metric.Dimension{Name: "index", Value: "-"})
	c.Add(metric.StripeReads)
	c.Write(t.Context(), log, "shop", time.UnixMilli(7))
	c.Write(t.Context(), log, "shop", time.UnixMilli(8))
	var lines []map[string]any
	for d := json.NewDecoder(&out); d.More(); {
		var line map[string]any
		if err := d.Decode(&line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	line := func(name string, n float64, dimensions []any, members map[string]any) map[string]any {
		all := map[string]any{"level": "INFO", "msg": "count", name: n, "_aws": map[string]any{"Timestamp": 7., "CloudWatchMetrics": []any{map[string]any{
			"Namespace": "payhooks/shop", "Dimensions": dimensions, "Metrics": []any{map[string]any{"Name": name, "Unit": "Count"}},
		}}}}
		for k, v := range members {
			all[k] = v
		}
		return all
	}
	both := []any{[]any{}, []any{"table", "index"}}
	want := []map[string]any{
		line("stripe_reads", 1, []any{[]any{}}, nil),
		line("throttled", 1, both, map[string]any{"table": "shop-events", "index": "-"}),
		line("throttled", 3, both, map[string]any{"table": "shop-events", "index": "received"}),
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
}
