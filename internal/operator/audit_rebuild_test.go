package operator_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
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

// before runs once, before the first I/O of this name.
func before(r *actiontest.Rig, name string, do func()) {
	r.Store.Fault = func(op memory.Op) memory.Fault {
		if op.Name != name || do == nil {
			return memory.Fault{}
		}
		once := do
		do = nil
		return memory.Fault{Before: func() error { once(); return nil }}
	}
}

// live stores and delivers an event. Its subscribers are recorded unless pending.
func live(t *testing.T, r *actiontest.Rig, id string, pending bool) {
	t.Helper()
	r.Post(paid(id))
	if pending {
		return
	}
	if err := r.Store.MarkPublished(t.Context(), id, []string{"action"}); err != nil {
		t.Fatal(err)
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

func TestCommitDuringRebuildWins(t *testing.T) {
	r := auditRig(t, 1, remember)
	overwrite(t, r, "all", `{"ids":{"evt_0":true}}`)
	before(r, "Write", func() { live(t, r, "evt_live", false) })
	if s := rebuild(t, r); s.Rebuilt != 1 {
		t.Errorf("%+v", s)
	}
	clean(t, r, "evt_1", "evt_live")
}

func TestRebuildKnowsEventThatIsCommittedBesideIt(t *testing.T) {
	r := auditRig(t, 1, remember)
	overwrite(t, r, "all", `{"ids":{"evt_0":true}}`)
	o, slept := auditor(r, time.Now()), 0
	o.Sleep = func(context.Context, time.Duration) error {
		if slept++; slept == 5 { // the audit's own pauses are over: the versions are read
			once := sync.OnceFunc(func() { live(t, r, "evt_live", false) })
			r.Store.Fault = func(op memory.Op) memory.Fault {
				if op.Name != "ReceivedBetween" {
					return memory.Fault{}
				}
				return memory.Fault{After: func() error { once(); return nil }}
			}
		}
		return nil
	}
	if s, err := o.Audit(t.Context(), operator.Audit{Rebuild: true}); err != nil || s.Rebuilt != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	clean(t, r, "evt_1", "evt_live")
}

func TestRebuildGivesUpOnRowThatAlwaysMoves(t *testing.T) {
	r := auditRig(t, 1, remember)
	overwrite(t, r, "all", `{"ids":{"evt_0":true}}`)
	n := 0
	r.Store.Fault = func(op memory.Op) memory.Fault {
		if op.Name != "Write" {
			return memory.Fault{}
		}
		return memory.Fault{Before: func() error {
			n++
			live(t, r, fmt.Sprintf("evt_live_%d", n), false)
			return nil
		}}
	}
	if s := rebuild(t, r); s.Rebuilt != 0 || s.Differences != 1 || !s.Findings[0].Rebuildable || n != 5 {
		t.Errorf("%+v after %d tries, want it left after 5", s, n)
	}
	if r.Store.Fault = nil; len(seen(r)) != 1+n {
		t.Errorf("seen %v: a commit was lost", seen(r))
	}
}

func TestRebuildKnowsEventsThatIndexesDoNotHaveYet(t *testing.T) {
	r := auditRig(t, 1, remember)
	overwrite(t, r, "all", `{"ids":{"evt_0":true}}`)
	hidden, slept := true, 0
	r.Store.Stale = func(id string) bool { return id == "evt_live" && hidden }
	o := auditor(r, time.Now())
	o.Sleep = func(context.Context, time.Duration) error {
		if slept++; slept > 4 { // those before are the audit's own
			hidden = false
		}
		return nil
	}
	live(t, r, "evt_live", false)
	if s, err := o.Audit(t.Context(), operator.Audit{Rebuild: true}); err != nil || s.Rebuilt != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	clean(t, r, "evt_1", "evt_live")
}

func TestRebuildKnowsDeliveredEventsThatArePending(t *testing.T) {
	r := auditRig(t, 1, remember)
	overwrite(t, r, "all", `{"ids":{"evt_0":true}}`)
	live(t, r, "evt_live", true)
	if s := rebuild(t, r); s.Rebuilt != 1 || !slices.Equal(seen(r), []string{"evt_1", "evt_live"}) {
		t.Errorf("%+v, seen %v", s, seen(r))
	}
}

func TestRebuildKnowsEventThatIsReopenedMeanwhile(t *testing.T) {
	off := true
	r := auditRig(t, 1, func(ctx context.Context, e *action.Event[stripe.PaymentIntent]) error {
		if e.ID == "evt_live" && off {
			return action.Skip("off")
		}
		return remember(ctx, e)
	})
	live(t, r, "evt_live", false)
	overwrite(t, r, "all", `{"ids":{"evt_0":true}}`)
	o, slept := auditor(r, time.Now()), 0
	o.Sleep = func(context.Context, time.Duration) error {
		if slept++; slept == 4 {
			off = false
			if err := r.Store.Reopen(t.Context(), event.DeliveryRef{Action: "action", Event: "evt_live"}, r.Now, false); err != nil {
				t.Error(err)
			}
			r.Deliver("evt_live")
		}
		return nil
	}
	if s, err := o.Audit(t.Context(), operator.Audit{Rebuild: true}); err != nil || s.Rebuilt != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	clean(t, r, "evt_1", "evt_live")
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

func TestRebuildBesideLiveEventsLosesNone(t *testing.T) {
	r := auditRig(t, 5, remember)
	overwrite(t, r, "all", `{"ids":{"evt_0":true}}`)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan error)
	go func() { done <- liveEvents(ctx, r) }()
	for range 3 {
		rebuild(t, r)
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	rebuild(t, r)
	if s := auditOf(t, r, true, false); len(s.Findings) != 0 {
		t.Errorf("at rest: %d findings", len(s.Findings))
	}
}
