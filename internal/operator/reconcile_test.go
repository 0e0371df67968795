package operator_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/operator"
)

func TestBackfillContinuesUntilTheFunctionIsDone(t *testing.T) {
	replies, asked := []string{
		`{"backfill":{"since":"2026-11-01T00:00:00Z","listed":100,"missing":3,"window":{"from":1}}}`,
		`{"backfill":{"since":"2026-11-01T00:00:00Z","until":"2026-11-02T00:00:00Z","store":true,"listed":120,"missing":4,"stored":4,"denied":1,"done":true,"sample":[{"id":"evt_1"}]}}`,
	}, []string{}
	o := &operator.Operator{Functions: memory.Functions{"reconcile": func(_ context.Context, in json.RawMessage) (any, error) {
		asked = append(asked, string(in))
		return json.RawMessage(replies[len(asked)-1]), nil
	}}}
	steps := 0
	r, err := o.Backfill(t.Context(), operator.Backfill{
		Since: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Store: true, Progress: func(listed, missing int) { steps += listed + missing },
	})
	if err != nil || r.Checked != 120 || r.Selected != 4 || r.Stored != 4 || r.Denied != 1 || r.DryRun || len(r.Sample) != 1 || steps != 103 {
		t.Errorf("%+v, %v", r, err)
	}
	if len(asked) != 2 || !strings.Contains(asked[0], `"store":true`) || !strings.Contains(asked[1], `"window":{"from":1}`) {
		t.Errorf("asked %v, want each reply to be the next request", asked)
	}
}

func TestReconcileReturnsCountsOfAddedSweeps(t *testing.T) {
	asked := ""
	o := &operator.Operator{Functions: memory.Functions{"reconcile": func(_ context.Context, in json.RawMessage) (any, error) {
		asked = string(in)
		return map[string]int{"checked": 2, "posted": 1}, nil
	}}}
	if r, err := o.Reconcile(t.Context(), time.Minute); err != nil || r["checked"] != 2 || r["posted"] != 1 || !strings.Contains(asked, `"min_age":60`) {
		t.Errorf("%v, %v, asked %s", r, err, asked)
	}
}
