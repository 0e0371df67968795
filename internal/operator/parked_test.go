package operator_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

func TestRetryOfUnknownEventFails(t *testing.T) {
	d := operatortest.New(t, time.Now, 1)
	for _, c := range []struct {
		which operator.Deliveries
		says  string
	}{
		{operator.Deliveries{Event: "evt_none"}, "no event evt_none"},
		{operator.Deliveries{Action: "no"}, "no action \"no\"; the stack's actions are " + operatortest.Receipts},
		{operator.Deliveries{Event: "evt_00000", Action: "no"}, "has no delivery to no"},
		{operator.Deliveries{Event: "evt_00000"}, ""},
		{operator.Deliveries{Action: operatortest.Receipts}, ""},
		{operator.Deliveries{}, ""},
	} {
		plan, err := d.PlanRetry(t.Context(), operator.Retry{Deliveries: c.which})
		if (err == nil) != (c.says == "") || err == nil && len(plan.Selected) != 0 || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("retry %+v: %+v %v, want %q", c.which, plan, err, c.says)
		}
	}
}

func TestRetryOfDiscardedDeliveryFails(t *testing.T) {
	d := operatortest.New(t, time.Now, 1)
	d.Deliver("evt_00000", operatortest.Receipts, states["parked"])
	discard(t, d, operator.Deliveries{Event: "evt_00000"})
	_, err := d.PlanRetry(t.Context(), operator.Retry{Deliveries: operator.Deliveries{Event: "evt_00000", Action: operatortest.Receipts}})
	if err == nil || !strings.Contains(err.Error(), "discarded by ada: sent by hand") {
		t.Errorf("%v, want who discarded it", err)
	}
}

func TestRetrySendsOneEnvelopeToTheAction(t *testing.T) {
	d := operatortest.New(t, time.Now, 2, operatortest.Receipts, "other")
	d.Deliver("evt_00000", operatortest.Receipts, states["parked"])
	d.Deliver("evt_00001", operatortest.Receipts, states["unknown"])
	plan, err := d.PlanRetry(t.Context(), operator.Retry{})
	if err != nil || plan.DryRun().Selected != 1 || len(d.Sent.Times()) != 0 {
		t.Fatalf("%+v, %v; want the parked one, and nothing sent", plan, err)
	}
	r, err := plan.Run(t.Context(), operator.Pace{Parallel: 1})
	if err != nil || r.Sent != 1 || len(r.Skipped) != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	if d.Sent.Of(operatortest.Receipts)["evt_00000"] != 1 || len(d.Sent.Times()) != 1 || d.Record("evt_00000", operatortest.Receipts).State != event.Waiting {
		t.Errorf("sent %v, want one to the action", d.Sent.Times())
	}
	if r, err = plan.Run(t.Context(), operator.Pace{}); err != nil || r.Sent != 1 {
		t.Errorf("again: %+v, %v; a waiting one becomes due again", r, err)
	}
}

func TestRetryOfRemovedEventIsSkipped(t *testing.T) {
	d := operatortest.New(t, time.Now, 0)
	at := time.Now().Add(-time.Hour)
	d.Put(event.Facts{ID: "evt_old", Type: "charge.succeeded", Created: at, Received: at}, time.Now().Add(-time.Minute), operatortest.Receipts)
	d.Deliver("evt_old", operatortest.Receipts, states["parked"])
	plan, err := d.PlanRetry(t.Context(), operator.Retry{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := plan.Run(t.Context(), operator.Pace{})
	if err != nil || r.Sent != 0 || len(r.Skipped) != 1 || r.Skipped[0].Why != operator.ReasonExpired {
		t.Errorf("%+v, %v; want it skipped as expired", r, err)
	}
}

func TestCancelledRetryKeepsItsPaceAndStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := operatortest.New(t, time.Now, 100)
		for i := range 100 {
			d.Deliver(fmtID(i), operatortest.Receipts, states["parked"])
		}
		plan, err := d.PlanRetry(t.Context(), operator.Retry{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		n := 0
		r, err := plan.Run(ctx, operator.Pace{Rate: 10, Parallel: 1, Progress: func(m int) { n += m }})
		if !errors.Is(err, context.DeadlineExceeded) || r.Sent < 18 || r.Sent > 20 || n != r.Sent {
			t.Errorf("%d sent, %d in progress, %v; want 20 in two seconds", r.Sent, n, err)
		}
	})
}

func TestResolveRecordsTheEffectAndContinues(t *testing.T) {
	for _, happened := range []bool{true, false} {
		d := operatortest.New(t, time.Now, 1)
		ref := event.DeliveryRef{Action: operatortest.Receipts, Event: "evt_00000"}
		e := event.Effect{EffectRef: event.EffectRef{Action: ref.Action, Key: "receipt/pi_1"}, State: event.EffectIntended, Owner: "a", Event: ref.Event, Lease: time.Now().Add(time.Hour)}
		if _, err := d.Memory.Intend(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		d.Deliver(ref.Event, ref.Action, states["unknown"])
		r := operator.Resolution{DeliveryRef: ref, Happened: happened, NoResult: happened}
		if _, err := d.Resolve(t.Context(), r); err == nil || !strings.Contains(err.Error(), "may still be running") {
			t.Errorf("while its lease runs: %v", err)
		}
		if x, err := d.Explain(t.Context(), ref); err != nil || x.Unknown == nil || !strings.Contains(x.Advice, "parked resolve evt_00000") {
			t.Errorf("explained %+v, %v", x, err)
		}
		e.State = event.EffectUnknown
		if err := d.Memory.Resolve(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if done, err := d.Resolve(t.Context(), r); err != nil || done.Key != "receipt/pi_1" {
			t.Errorf("%+v, %v", done, err)
		}
		got, err := d.Memory.Effect(t.Context(), e.EffectRef)
		if want := map[bool]event.EffectState{true: event.EffectDone, false: event.EffectNotPerformed}[happened]; err != nil || got.State != want || happened && string(got.Result) != string(json.RawMessage("null")) {
			t.Errorf("recorded %+v, %v; want %s", got, err, want)
		}
		if d.Record(ref.Event, ref.Action).State != event.Waiting || d.Sent.Of(ref.Action)[ref.Event] != 1 {
			t.Errorf("sent %v, want it sent once", d.Sent.Times())
		}
		if _, err := d.Resolve(t.Context(), r); err == nil || !strings.Contains(err.Error(), "not unknown") {
			t.Errorf("a second time: %v", err)
		}
	}
}

func TestParkedReadsEachShardTwiceAndRecordsInBatches(t *testing.T) {
	d := operatortest.New(t, time.Now, 250)
	for i := range 250 {
		d.Deliver(fmtID(i), operatortest.Receipts, states[map[bool]string{true: "unknown", false: "parked"}[i%50 == 0]])
	}
	calls := d.CallsByName()
	items, err := d.Parked(t.Context(), operator.Deliveries{})
	if err != nil || len(items) != 250 {
		t.Fatalf("%d listed, %v", len(items), err)
	}
	if got := calls(); got["Unfinished"] != 2*event.UnfinishedShards || got["Deliveries"] != 3 || len(got) != 2 {
		t.Errorf("calls %v, want two per shard and three batches", got)
	}
	for i := range items[1:] {
		if items[i+1].Since.Before(items[i].Since) {
			t.Fatalf("%v is listed after %v", items[i+1], items[i])
		}
	}
}

func TestRetryOfOneEventOrActionReadsItsRecordsAlone(t *testing.T) {
	d := operatortest.New(t, time.Now, 250, operatortest.Receipts, "other")
	for i := range 250 {
		d.Deliver(fmtID(i), operatortest.Receipts, states["parked"])
	}
	d.Deliver(fmtID(1), "other", states["parked"])
	for _, c := range []struct {
		which                     operator.Deliveries
		selected, shards, batches int
	}{
		{operator.Deliveries{Event: fmtID(1)}, 2, 1, 1},
		{operator.Deliveries{Action: "other"}, 1, event.UnfinishedShards, 1},
		{operator.Deliveries{}, 251, event.UnfinishedShards, 3},
	} {
		calls := d.CallsByName()
		plan, err := d.PlanRetry(t.Context(), operator.Retry{Deliveries: c.which})
		if err != nil || len(plan.Selected) != c.selected {
			t.Fatalf("%+v: %+v, %v", c.which, plan, err)
		}
		if got := calls(); got["Unfinished"] != c.shards || got["Deliveries"] != c.batches {
			t.Errorf("%+v: calls %v", c.which, got)
		}
	}
}

func TestParkedListsWhatItCanReadBesideAFailure(t *testing.T) {
	d := operatortest.New(t, time.Now, 20)
	for i := range 20 {
		d.Deliver(fmtID(i), operatortest.Receipts, states["parked"])
	}
	d.Memory.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "Unfinished" && op.Key == "unknown" {
			return memory.Refuse(memory.ErrUnavailable)
		}
		return memory.Fault{}
	}
	if items, err := d.Parked(t.Context(), operator.Deliveries{}); !errors.Is(err, memory.ErrUnavailable) || len(items) == 0 {
		t.Errorf("%d listed, %v; want the parked ones and the failure", len(items), err)
	}
}
