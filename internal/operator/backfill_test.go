package operator_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

var november = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// filling is a desk whose reconcile function gives one reply after the other, and fails
// where there is none; asked is what it was asked.
func filling(t *testing.T, now func() time.Time, replies ...string) (d *operatortest.Desk, asked *[]string) {
	t.Helper()
	d, asked = operatortest.New(t, now, 0), &[]string{}
	d.Functions = memory.Functions{"reconcile": func(_ context.Context, in json.RawMessage) (any, error) {
		n := len(*asked)
		if *asked = append(*asked, string(in)); n >= len(replies) || replies[n] == "" {
			return nil, errors.New("it ended")
		}
		return json.RawMessage(`{"backfill":` + replies[n] + `}`), nil
	}}
	return d, asked
}

const (
	part = `{"since":"2026-11-01T00:00:00Z","store":true,"listed":100,"missing":3,"stored":2,"window":{"from":1}}`
	rest = `{"since":"2026-11-01T00:00:00Z","until":"2026-11-02T00:00:00Z","store":true,"listed":120,"missing":4,"stored":4,"denied":1,"done":true,"sample":[{"id":"evt_1"}]}`
)

func TestBackfillContinuesUntilTheFunctionIsDone(t *testing.T) {
	d, asked := filling(t, time.Now, part, rest)
	steps := 0
	r, err := d.Backfill(t.Context(), operator.Backfill{Since: november, Store: true, Progress: func(r operator.BackfillResult) { steps += r.Listed + r.Missing + r.Stored }})
	if err != nil || r.Listed != 120 || r.Missing != 4 || r.Stored != 4 || r.Denied != 1 || r.DryRun || r.Resumed || len(r.Sample) != 1 || steps != 105 {
		t.Errorf("%+v, %v, %d", r, err, steps)
	}
	if len(*asked) != 2 || !strings.Contains((*asked)[0], `"store":true`) || !strings.Contains((*asked)[1], `"window":{"from":1}`) {
		t.Errorf("asked %v, want each reply to be the next request", *asked)
	}
}

func TestStoppedBackfillContinuesBehindItsLastReply(t *testing.T) {
	for name, c := range map[string]struct {
		next      operator.Backfill
		later     time.Duration
		continues bool
	}{
		"the same":           {operator.Backfill{Since: november, Store: true}, time.Hour, true},
		"anew":               {operator.Backfill{Since: november, Store: true, Anew: true}, time.Hour, false},
		"a dry run":          {operator.Backfill{Since: november}, time.Hour, false},
		"since another time": {operator.Backfill{Since: november.Add(time.Second), Store: true}, time.Hour, false},
		"a day later":        {operator.Backfill{Since: november, Store: true}, 24 * time.Hour, false},
	} {
		now := november.AddDate(0, 0, 7)
		d, asked := filling(t, func() time.Time { return now }, part, "", rest, rest)
		r, err := d.Backfill(t.Context(), operator.Backfill{Since: november, Store: true})
		if err == nil || r.Listed != 100 || r.Missing != 3 || r.Stored != 2 {
			t.Fatalf("%+v, %v; want how far it came", r, err)
		}
		now = now.Add(c.later)
		from := 0
		c.next.Resume = func(r operator.BackfillResult) { from = r.Listed }
		r, err = d.Backfill(t.Context(), c.next)
		if err != nil || r.Resumed != c.continues || (from == 100) != c.continues || strings.Contains((*asked)[2], `"window"`) != c.continues {
			t.Errorf("%s: %+v, %v, resumed after %d, asked %s", name, r, err, from, (*asked)[2])
		}
		c.next.Resume = func(operator.BackfillResult) { t.Errorf("%s: continues what is done", name) }
		if _, err = d.Backfill(t.Context(), c.next); err != nil {
			t.Error(err)
		}
	}
}

func TestSecondBackfillAtOnceIsToldSo(t *testing.T) {
	d, _ := filling(t, time.Now, part, rest, rest)
	_, err := d.Backfill(t.Context(), operator.Backfill{Since: november, Store: true, Progress: func(operator.BackfillResult) {
		if _, err := d.Backfill(t.Context(), operator.Backfill{Since: november}); err != nil {
			t.Error(err)
		}
	}})
	if err == nil || !strings.Contains(err.Error(), "another backfill runs") {
		t.Error(err)
	}
}
