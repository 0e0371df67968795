package reconcile_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/reconcile"
)

func TestABackfillCountsFirstAndStoresWhenAsked(t *testing.T) {
	s := newShop(t)
	s.run() // the stack begins here
	for i := range 250 {
		s.happen("charge.succeeded", start.Add(-time.Duration(i)*time.Hour))
	}
	s.pass(24 * time.Hour)
	s.calls = 8
	fill := func(b reconcile.Backfill) reconcile.Backfill {
		t.Helper()
		b.Since = start.AddDate(0, 0, -60)
		for range 50 {
			r, err := s.function().Run(t.Context(), reconcile.Request{Backfill: &b})
			if err != nil {
				t.Fatal(err)
			}
			sent, err := json.Marshal(r.Backfill)
			if err != nil {
				t.Fatal(err)
			}
			b = reconcile.Backfill{}
			if err := json.Unmarshal(sent, &b); err != nil {
				t.Fatal(err)
			}
			if b.Done {
				return b
			}
		}
		t.Fatal("it does not end")
		return b
	}
	if b := fill(reconcile.Backfill{}); b.Missing != 250 || b.Stored != 0 || len(b.Sample) != 5 || len(s.missing()) != 250 {
		t.Fatalf("dry: %+v, %d missing", b, len(s.missing()))
	}
	if b := fill(reconcile.Backfill{Store: true}); b.Stored != 250 || len(s.missing()) != 0 {
		t.Fatalf("%+v, %d missing", b, len(s.missing()))
	}
	if b := fill(reconcile.Backfill{Store: true}); b.Stored != 0 || b.Listed != 250 {
		t.Fatalf("again: %+v", b)
	}
}

func TestAnOperatorHasEverythingListedAtOnce(t *testing.T) {
	s := newShop(t)
	s.run()
	s.pass(2 * time.Minute)
	id := s.happen("charge.succeeded", s.now)
	s.pass(time.Minute)
	m := s.function().Missing
	m.Complete = true
	if _, err := m.Sweep(t.Context()); err != nil || !s.has(id) {
		t.Fatalf("%v, has it: %t", err, s.has(id))
	}
}
