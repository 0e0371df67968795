package operator_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// rebuild audits a stack whose events are all there, and replaces what differs.
func rebuild(t *testing.T, r *actiontest.Rig) *operator.AuditResult {
	t.Helper()
	s, err := auditor(r, time.Now()).Audit(t.Context(), operator.Audit{Rebuild: true})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// seen is what the row of the set has.
func seen(r *actiontest.Rig) (ids []string) {
	var s seenSet
	r.State("seen", "set", "all", &s)
	for id := range s.IDs {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// clean fails unless an audit finds nothing and the row has just these events.
func clean(t *testing.T, r *actiontest.Rig, want ...string) {
	t.Helper()
	if s := auditOf(t, r, true, false); len(s.Findings) != 0 || !slices.Equal(seen(r), want) {
		t.Errorf("%+v, seen %v; want %v and nothing found", s, seen(r), want)
	}
}

func TestRebuildReplacesWhatBadReleaseWrote(t *testing.T) {
	r := auditRig(t, 2, remember)
	for range 2 { // a rebuilt row may be rebuilt again
		overwrite(t, r, "all", fmt.Sprintf(`{"ids":{"evt_%d":true}}`, time.Now().UnixNano()))
		dry := auditOf(t, r, true, false)
		if dry.Differences != 1 || dry.Rebuilt != 0 || !dry.Findings[0].Rebuildable || len(seen(r)) != 1 {
			t.Fatalf("dry run: %+v", dry)
		}
		if s := rebuild(t, r); s.Differences != 1 || s.Rebuilt != 1 || !s.Findings[0].Rebuilt || !strings.Contains(string(s.Findings[0].Recomputed), "evt_2") {
			t.Fatalf("%+v", s)
		}
		clean(t, r, "evt_1", "evt_2")
		if row, err := r.Store.Load(t.Context(), "seen", keyOf("all")); err != nil || row.Direct {
			t.Errorf("%+v, %v; want a row that events account for", row, err)
		}
	}
}

func TestRebuildReplacesCounter(t *testing.T) {
	r := auditRig(t, 3, countAll)
	overwrite(t, r, "all", `{"n":99} `)
	if s := rebuild(t, r); s.Differences != 1 || s.Rebuilt != 1 {
		t.Fatalf("%+v", s)
	}
	var c map[string]int
	if r.State("seen", "set", "all", &c); c["n"] != 3 {
		t.Errorf("the counter is %d, want 3", c["n"])
	}
}

func TestRebuildNeverChangesUnprovableRows(t *testing.T) {
	r := auditRig(t, 2, remember)
	overwrite(t, r, "all", `{"ids":{"evt_0":true,"evt_1":true,"evt_2":true}}`)
	old, err := auditor(r, time.Now().AddDate(-10, 0, 0)).Audit(t.Context(), operator.Audit{Rebuild: true})
	if err != nil || old.Unprovable != 1 || old.Rebuilt != 0 {
		t.Fatalf("%+v, %v", old, err)
	}
	overwrite(t, r, "all", `{"ids":{"evt_0":true}}`) // misses facts, and may have older ones
	old, err = auditor(r, time.Now().AddDate(-10, 0, 0)).Audit(t.Context(), operator.Audit{Rebuild: true})
	if err != nil || old.Differences != 1 || old.Rebuilt != 0 || !slices.Equal(seen(r), []string{"evt_0"}) {
		t.Errorf("%+v, %v, seen %v", old, err, seen(r))
	}
}

func TestShorterRetentionMakesRowsUnprovable(t *testing.T) {
	r := auditRig(t, 1, remember)
	overwrite(t, r, "all", `{"ids":{"evt_0":true}}`)
	f := event.Facts{ID: "evt_short", Type: "ping", Received: time.Now().Add(-time.Minute)}
	if _, err := r.Store.Put(t.Context(), event.Event{Facts: f}, f.Received.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	s, err := auditor(r, time.Now().Add(-2*time.Hour)).Audit(t.Context(), operator.Audit{Rebuild: true})
	if err != nil || s.Rebuilt != 0 || !slices.Equal(seen(r), []string{"evt_0"}) {
		t.Errorf("%+v, %v: others that were kept for an hour have expired", s, err)
	}
}

func TestRebuildLeavesRowsThatNoEventMakes(t *testing.T) {
	r := auditRig(t, 1, remember)
	overwrite(t, r, "wrong", `{"ids":{"evt_0":true}}`)
	row := event.Write{Table: "seen", Key: keyOf("all"), Version: 1, Data: []byte(`{"ids":{"hand":true}}`)}
	if err := r.Store.Write(t.Context(), row); err != nil {
		t.Fatal(err)
	}
	if s := rebuild(t, r); s.Differences != 2 || s.Rebuilt != 0 || !slices.Equal(seen(r), []string{"hand"}) {
		t.Errorf("%+v, seen %v; want the row by hand and the one without events left", s, seen(r))
	}
}

func TestEventThatCannotBeRecomputedBlocksRebuild(t *testing.T) {
	broken := false
	r := auditRig(t, 2, func(ctx context.Context, e *action.Event[stripe.PaymentIntent]) error {
		if e.ID == "evt_2" && broken {
			return errors.New("boom")
		}
		return remember(ctx, e)
	})
	overwrite(t, r, "all", `{"ids":{"evt_0":true,"evt_2":true}}`)
	broken = true
	if s := rebuild(t, r); s.Rebuilt != 0 || s.Differences != 1 || s.Unprovable != 1 || !slices.Equal(seen(r), []string{"evt_0", "evt_2"}) {
		t.Errorf("%+v, seen %v", s, seen(r))
	}
}

func TestOnlyErasedEventsTakeProofFromAnAudit(t *testing.T) {
	for erased, rebuilt := range map[int]int{0: 1, 1: 0} {
		r := auditRig(t, 2, remember)
		overwrite(t, r, "all", `{"ids":{"evt_of_nobody":true}}`)
		record := event.Write{Table: "cursors", Key: "erased/ab", Data: fmt.Appendf(nil, `{"times":[{"events":%d}]}`, erased)}
		if err := r.Store.Write(t.Context(), record); err != nil {
			t.Fatal(err)
		}
		if s := rebuild(t, r); s.Rebuilt != rebuilt {
			t.Errorf("after an erasure of %d events %d rows are rebuilt, want %d", erased, s.Rebuilt, rebuilt)
		}
	}
}
