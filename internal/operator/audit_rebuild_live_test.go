package operator_test

import (
	"context"
	"fmt"
	"slices"
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
			shards := 0
			r.Store.Fault = func(op memory.Op) memory.Fault {
				if op.Name == "Received" {
					shards++
				}
				if op.Name != "Received" || shards < event.ReceiptShards {
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
