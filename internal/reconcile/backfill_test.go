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

func TestABackfillListsThinEventsThatNoSnapshotReports(t *testing.T) {
	for name, c := range map[string]struct {
		denied, every bool
	}{"named types": {}, "all types": {every: true}, "refused": {denied: true}} {
		t.Run(name, func(t *testing.T) {
			s := newThinShop(t)
			if c.every {
				s.bus.Selects["all"] = nil
			}
			for i := range 20 {
				s.happen("charge.succeeded", start.Add(-time.Duration(2*i+2)*time.Hour))
				s.happenThin(pastDue, start.Add(-time.Duration(2*i+1)*time.Hour))
			}
			if c.denied {
				s.refuse("/v2/", 403)
			}
			want, denied := 40, 0
			if c.denied {
				want, denied = 20, 1
			}
			s.calls = 2
			for _, store := range []bool{false, true} {
				b := reconcile.Backfill{Since: start.AddDate(0, 0, -5), Store: store}
				for range 20 {
					sent, err := json.Marshal(b)
					if err != nil {
						t.Fatal(err)
					}
					b = reconcile.Backfill{}
					if err := json.Unmarshal(sent, &b); err != nil {
						t.Fatal(err)
					}
					r, err := s.function().Run(t.Context(), reconcile.Request{Backfill: &b})
					if b = *r.Backfill; err != nil {
						t.Fatal(err)
					}
				}
				if !b.Done || b.Missing != want || b.Listed != want || b.Denied != denied || store != (b.Stored == want) {
					t.Fatalf("%+v, want %d missing", b, want)
				}
			}
		})
	}
}

func TestAnOperatorHasEverythingListedAtOnce(t *testing.T) {
	s := newShop(t)
	s.run()
	s.pass(2 * time.Minute)
	id := s.happen("charge.succeeded", s.now)
	s.pass(time.Minute)
	m := s.function().Missing
	if _, err := missing(t.Context(), m, reconcile.Request{Now: true}); err != nil || !s.has(id) {
		t.Fatalf("%v, has it: %t", err, s.has(id))
	}
}
