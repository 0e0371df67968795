package operator_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

// seenSet is a row that is a union: the ids of the events.
type seenSet struct {
	IDs map[string]bool `json:"ids"`
}

func remember(_ context.Context, e *action.Event[stripe.PaymentIntent]) error {
	return action.Update(e, "seen", "set", "all", func(s seenSet) (seenSet, error) {
		ids := map[string]bool{e.ID: true}
		for id := range s.IDs {
			ids[id] = true
		}
		return seenSet{ids}, nil
	})
}

// countAll makes a row that is no union.
func countAll(_ context.Context, e *action.Event[stripe.PaymentIntent]) error {
	return action.Update(e, "seen", "set", "all", func(c map[string]int) (map[string]int, error) {
		return map[string]int{"n": c["n"] + 1}, nil
	})
}

// auditRig is one action with n events that it has done.
func auditRig(t *testing.T, n int, fn func(context.Context, *action.Event[stripe.PaymentIntent]) error) *actiontest.Rig {
	t.Helper()
	r := actiontest.New(t, fn)
	for i := range n {
		id := fmt.Sprintf("evt_%d", i+1)
		r.Post(paid(id))
		if err := r.Store.MarkPublished(t.Context(), id, []string{"action"}); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// paid is an event of a minute ago.
func paid(id string) []byte {
	return fmt.Appendf(nil, `{"id":%q,"object":"event","api_version":%q,"created":%d,"livemode":false,"type":"payment_intent.succeeded","data":{"object":{"id":"pi_1","object":"payment_intent"}}}`,
		id, stripe.APIVersion, time.Now().Add(-time.Minute).Unix())
}

// keyOf is the key of a row of the table seen.
func keyOf(id string) string { return event.Scope{}.Key("set", id) }

// overwrite changes a row as if a delivery of an event that has expired had.
func overwrite(t *testing.T, r *actiontest.Rig, id, data string) {
	t.Helper()
	it, err := r.Store.Load(t.Context(), "seen", keyOf(id))
	if err != nil {
		t.Fatal(err)
	}
	now := r.Now
	d, err := r.Store.Claim(t.Context(), event.Claim{
		DeliveryRef: event.DeliveryRef{Action: "other", Event: "evt_gone" + rand.Text()}, Owner: "o", Now: now, Lease: now.Add(time.Minute),
	})
	if d.State = event.Done; err == nil {
		write := event.Write{Table: "seen", Key: keyOf(id), Version: it.Version, Data: json.RawMessage(data)}
		err = r.Store.Commit(t.Context(), event.Commit{Delivery: d, Claimed: true, Writes: []event.Write{write}})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func auditOf(t *testing.T, r *actiontest.Rig, complete, repair bool) *operator.AuditResult {
	t.Helper()
	since := time.Now()
	if !complete {
		since = since.AddDate(-10, 0, 0)
	}
	s, err := auditor(r, since).Audit(t.Context(), operator.Audit{Repair: repair})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// auditor audits the rig's action. Its tables were created then.
func auditor(r *actiontest.Rig, since time.Time) *operator.Operator {
	return &operator.Operator{
		Store: r.Store, Ledger: r.Store, Bus: &memory.Bus{Selects: map[string][]string{"action": nil}},
		Functions: memory.Functions{"action": func(ctx context.Context, in json.RawMessage) (any, error) { return r.Handler.Invoke(ctx, in) }},
		Since:     func(context.Context) (time.Time, error) { return since, nil },
		Now:       time.Now, Sleep: func(ctx context.Context, _ time.Duration) error { return operatortest.Sleep(ctx, time.Microsecond) },
	}
}

func verdicts(s *operator.AuditResult) (vs []operator.Verdict) {
	for _, f := range s.Findings {
		vs = append(vs, f.Verdict)
	}
	return vs
}

func TestAuditFindsAndRepairsLostFact(t *testing.T) {
	for _, n := range []int{2, 2*100 + 7} { // the second needs several questions for one row
		r := auditRig(t, n, remember)
		if s := auditOf(t, r, true, false); s.Checked != 1 || len(s.Findings) != 0 {
			t.Fatalf("an unchanged row differs: %+v", s)
		}
		overwrite(t, r, "all", `{"ids":{"evt_1":true}}`)
		if s := auditOf(t, r, true, false); s.Differences != 1 || s.Repaired != 0 || s.Findings[0].Verdict != operator.Missing {
			t.Fatalf("%+v, want one row that misses facts", s)
		}
		if s := auditOf(t, r, true, true); s.Differences != 1 || s.Repaired != 1 {
			t.Fatalf("%+v, want it repaired", s)
		}
		if s := auditOf(t, r, true, false); len(s.Findings) != 0 {
			t.Fatalf("after the repair: %+v", s)
		}
	}
}

func TestAuditLeavesRowsOfExpiredEvents(t *testing.T) {
	r := auditRig(t, 1, remember)
	overwrite(t, r, "all", `{"ids":{"evt_0":true,"evt_1":true}}`)
	overwrite(t, r, "older", `{"ids":{"evt_0":true}}`)
	if s := auditOf(t, r, false, true); s.Unprovable != 2 || s.Differences != 0 || s.Repaired != 0 {
		t.Fatalf("%+v, want both rows unprovable and untouched", s)
	}
	if s := auditOf(t, r, true, true); s.Differences != 2 || !slices.Equal(verdicts(s), []operator.Verdict{operator.Extra, operator.Extra}) {
		t.Fatalf("%+v: while nothing can have expired, both are differences", s)
	}
}

func TestAuditNeverRepairsCounter(t *testing.T) {
	r := auditRig(t, 3, countAll)
	if s := auditOf(t, r, true, true); len(s.Findings) != 0 {
		t.Fatalf("an unchanged counter differs: %+v", s)
	}
	overwrite(t, r, "all", `{"n":2} `)
	if s := auditOf(t, r, true, true); s.Differences != 1 || s.Repaired != 0 {
		t.Fatalf("%+v, want a difference left alone", s)
	}
	if s := auditOf(t, r, false, true); s.Unprovable != 1 || s.Differences != 0 {
		t.Fatalf("%+v: with expired events it is unprovable", s)
	}
	var c map[string]int
	if r.State("seen", "set", "all", &c); c["n"] != 2 {
		t.Fatalf("the counter was changed to %d", c["n"])
	}
}

func TestRowWithoutDeliveryNeedsNoEvent(t *testing.T) {
	r := auditRig(t, 1, remember)
	if err := r.Store.Write(t.Context(), event.Write{Table: "seen", Key: keyOf("by hand"), Data: json.RawMessage(`{"n":1}`)}); err != nil {
		t.Fatal(err)
	}
	if s := auditOf(t, r, true, false); s.Checked != 1 || len(s.Findings) != 0 {
		t.Fatalf("%+v, want nothing found", s)
	}
}
