package operator_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

func TestStoppedListContinuesBeforeWhereItLooked(t *testing.T) {
	d := operatortest.New(t, time.Now, 9000)
	now := time.Now()
	for i := range 30 { // many in one millisecond, at both ends of pages
		f := event.Facts{ID: fmt.Sprintf("evt_same%02d", i), Type: "invoice.paid", Created: now, Received: now.Add(-time.Hour).Truncate(time.Minute)}
		d.Put(f, now.AddDate(1, 0, 0), operatortest.Receipts)
	}
	seen := map[string]int{}
	req := operator.EventList{Types: []string{"invoice.*"}, Limit: 7}
	read, at := 0, time.Time{}
	req.Looked = func(n int, before time.Time) { read, at = read+n, before }
	for range 20 {
		for _, id := range idsOf(listed(t, d, req)) {
			seen[id]++
		}
		if at.IsZero() {
			break
		}
		req.Before, req.Limit = at, req.Limit+7
	}
	if len(seen) != 30 || read < 9030 || !at.IsZero() {
		t.Errorf("%d of 30 events were listed, %d read, until %s", len(seen), read, at)
	}
}

func TestFailedListHasTheRowsSoFar(t *testing.T) {
	d := operatortest.New(t, time.Now, 9000)
	var pages atomic.Int64 // shards are read at once
	d.Memory.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "Received" {
			if pages.Add(1) > 2*event.ReceiptShards {
				return memory.Refuse(memory.ErrUnavailable)
			}
		}
		return memory.Fault{}
	}
	var before time.Time
	rows, unreadable, err := event.Collect(d.List(t.Context(), operator.EventList{Types: []string{"charge.*"}, Limit: 100_000, Looked: func(_ int, at time.Time) { before = at }}))
	if !errors.Is(err, memory.ErrUnavailable) || unreadable != nil || len(rows) < 4000 {
		t.Fatalf("%d rows, %v %v", len(rows), unreadable, err)
	}
	if last := rows[len(rows)-1].Received; !before.Equal(last) && !before.Equal(last.Add(time.Millisecond)) {
		t.Errorf("it looked back to %s, and the last row was received at %s", before, last)
	}
}

func TestCancelledListEndsWithTheErrorOfItsContext(t *testing.T) {
	d := operatortest.New(t, time.Now, 9000)
	ctx, cancel := context.WithCancel(t.Context())
	rows, _, err := event.Collect(d.List(ctx, operator.EventList{Types: []string{"charge.*"}, Limit: 100_000, Looked: func(int, time.Time) { cancel() }}))
	if !errors.Is(err, context.Canceled) || len(rows) != 1000 {
		t.Errorf("%d rows, %v; want the first page", len(rows), err)
	}
}
