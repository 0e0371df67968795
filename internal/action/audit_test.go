package action_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stripe/stripe-go/v76"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/event"
)

// seenSet is a row that is a union: the ids of the events.
type seenSet struct {
	IDs map[string]bool `json:"ids"`
}

func remember(_ context.Context, e *action.Event[stripe.PaymentIntent]) error {
	return action.Update(e, "seen", "all", func(s seenSet) (seenSet, error) {
		ids := map[string]bool{e.ID: true}
		for id := range s.IDs {
			ids[id] = true
		}
		return seenSet{ids}, nil
	})
}

func audit(t *testing.T, r *actiontest.Rig, repair bool, table, key string, ids ...string) []action.AuditFinding {
	t.Helper()
	reply, err := r.Handler.Audit(t.Context(), action.AuditRequest{Complete: true, Repair: repair, Rows: []action.AuditRow{{Table: table, Key: key, Events: ids}}})
	if err != nil {
		t.Fatal(err)
	}
	return reply.Findings
}

// overwrite changes a row behind the ledger's back.
func overwrite(t *testing.T, r *actiontest.Rig, table, key, data string) {
	t.Helper()
	it, err := r.Store.Load(t.Context(), table, key)
	if err == nil {
		err = r.Store.Write(t.Context(), event.Write{Table: table, Key: key, Version: it.Version, Data: json.RawMessage(data)})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnAuditFindsALostFactAndRepairsIt(t *testing.T) {
	r := actiontest.New(t, remember)
	r.Post(body("evt_1"))
	r.Post(body("evt_2"))
	if found := audit(t, r, false, "seen", "all", "evt_1", "evt_2"); found != nil {
		t.Fatalf("an undisturbed row differs: %+v", found)
	}
	overwrite(t, r, "seen", "all", `{"ids":{"evt_1":true}}`)
	if found := audit(t, r, false, "seen", "all", "evt_1", "evt_2"); len(found) != 1 || found[0].Verdict != action.AuditMissing || found[0].Repaired {
		t.Fatalf("found %+v, want one that misses a fact", found)
	}
	if found := audit(t, r, true, "seen", "all", "evt_1", "evt_2"); len(found) != 1 || !found[0].Repaired {
		t.Fatalf("found %+v, want it repaired", found)
	}
	if found := audit(t, r, false, "seen", "all", "evt_1", "evt_2"); found != nil {
		t.Fatalf("after the repair: %+v", found)
	}
}

func TestAnAuditNeverTouchesWhatOlderEventsMayHaveSaid(t *testing.T) {
	r := actiontest.New(t, remember)
	r.Post(body("evt_2"))
	overwrite(t, r, "seen", "all", `{"ids":{"evt_1":true,"evt_2":true}}`)
	reply, err := r.Handler.Audit(t.Context(), action.AuditRequest{Repair: true, Rows: []action.AuditRow{{Table: "seen", Key: "all", Events: []string{"evt_2"}}}})
	if err != nil || len(reply.Findings) != 1 || reply.Findings[0].Verdict != action.AuditUnprovable || reply.Findings[0].Repaired {
		t.Fatalf("%+v %v, want it unprovable and untouched", reply, err)
	}
}

func TestAnAuditChecksACounterAndNeverRepairsIt(t *testing.T) {
	r := actiontest.New(t, func(_ context.Context, e *action.Event[stripe.PaymentIntent]) error { return count(e) })
	r.Post(body("evt_1"))
	r.Post(body("evt_2"))
	overwrite(t, r, "counts", "total", `{"seen":1}`)
	if found := audit(t, r, true, "counts", "total", "evt_1", "evt_2"); len(found) != 1 || found[0].Repaired {
		t.Fatalf("found %+v, want a difference left alone", found)
	}
	if n := seen(t, r); n != 1 {
		t.Fatalf("the counter was changed to %d", n)
	}
}

func TestAnAuditRepeatsNoEffectAndHandsBackItsResult(t *testing.T) {
	sent := 0
	r := actiontest.New(t, func(ctx context.Context, e *action.Event[stripe.PaymentIntent]) error {
		n, err := action.Outside(ctx, e, "step/"+e.ID, func(context.Context) (int, error) { sent++; return 7, nil })
		if err != nil {
			return err
		}
		return action.Update(e, "counts", "total", func(c counter) (counter, error) { c.Seen = max(c.Seen, n); return c, nil })
	})
	r.Post(body("evt_1"))
	reply, err := r.Handler.Audit(t.Context(), action.AuditRequest{Events: []string{"evt_1"}})
	if err != nil || len(reply.Rows) != 1 || reply.Rows[0].Key != "total" {
		t.Fatalf("%+v %v, want one row", reply, err)
	}
	if found := audit(t, r, false, "counts", "total", "evt_1"); found != nil || sent != 1 {
		t.Fatalf("found %+v with %d sent, want nothing and 1", found, sent)
	}
}
