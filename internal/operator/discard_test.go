package operator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

// planDiscard plans a discard over a desk.
func planDiscard(t *testing.T, d *operatortest.Desk, which operator.Deliveries) (*operator.DiscardPlan, error) {
	t.Helper()
	return d.PlanDiscard(t.Context(), operator.Discard{Deliveries: which, By: "ada: sent by hand"})
}

// discard runs a discard over a desk.
func discard(t *testing.T, d *operatortest.Desk, which operator.Deliveries) operator.DiscardResult {
	t.Helper()
	plan, err := planDiscard(t, d, which)
	if err != nil {
		t.Fatal(err)
	}
	r, err := plan.Run(t.Context(), operator.Pace{Parallel: 1})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestDiscardEndsSelectedDeliveriesOnly(t *testing.T) {
	d := operatortest.New(t, time.Now, 5)
	for i, state := range []string{"parked", "unknown", "done", "waiting"} {
		d.Deliver("evt_0000"+string(rune('0'+i)), operatortest.Receipts, states[state])
	}
	plan, err := planDiscard(t, d, operator.Deliveries{})
	if err != nil || plan.DryRun().Selected != 2 || len(plan.DryRun().Sample) != 2 || d.Record("evt_00000", operatortest.Receipts).State != event.Parked {
		t.Errorf("dry run: %+v, %v", plan, err)
	}
	if r := discard(t, d, operator.Deliveries{}); r.Selected != 2 || r.Discarded != 2 {
		t.Errorf("all: %+v", r)
	}
	if r := discard(t, d, operator.Deliveries{Event: "evt_00003", Action: operatortest.Receipts}); r.Discarded != 1 {
		t.Errorf("a waiting one by name: %+v", r)
	}
	if _, err := planDiscard(t, d, operator.Deliveries{Event: "evt_00002", Action: operatortest.Receipts}); err == nil || !strings.Contains(err.Error(), "is done") {
		t.Errorf("a done one by name: %v", err)
	}
	for id, want := range map[string]event.State{"evt_00000": event.Discarded, "evt_00001": event.Discarded, "evt_00002": event.Done, "evt_00003": event.Discarded} {
		if del := d.Record(id, operatortest.Receipts); del.State != want || want == event.Discarded && del.By != "ada: sent by hand" {
			t.Errorf("%s is %s by %q, want %s", id, del.State, del.By, want)
		}
	}
	if left, err := d.Parked(t.Context(), operator.Deliveries{}); err != nil || len(left) != 0 {
		t.Errorf("left parked: %+v, %v", left, err)
	}
	if s := listed(t, d, operator.EventList{Status: event.StatusDone, Limit: 10}); len(s) != 4 {
		t.Errorf("%d events are done, want 4: discarded counts", len(s))
	}
}

func TestDiscardedDeliveryIsListedWithWhoDidIt(t *testing.T) {
	d := operatortest.New(t, time.Now, 3)
	for i := range 2 {
		d.Deliver(fmtID(i), operatortest.Receipts, states["parked"])
	}
	discard(t, d, operator.Deliveries{Event: fmtID(1)})
	items, err := d.Discarded(t.Context(), operator.Deliveries{})
	if err != nil || len(items) != 1 || items[0].Event != fmtID(1) || items[0].State != "discarded" || items[0].By != "ada: sent by hand" || items[0].Reason == "" {
		t.Errorf("listed %+v, %v", items, err)
	}
	if r := d.Record(fmtID(1), operatortest.Receipts); r.By != "ada: sent by hand" || r.Attempts != 1 {
		t.Errorf("the record is %+v", r)
	}
	if left, err := d.Parked(t.Context(), operator.Deliveries{}); err != nil || len(left) != 1 || left[0].Event != fmtID(0) || left[0].By != "" {
		t.Errorf("still parked %+v, %v", left, err)
	}
}

// A reason that only some of the selected failed for was meant to select them: the others
// would be ended for good.
func TestDiscardsReasonThatWouldHaveSelectedFewerIsNoticed(t *testing.T) {
	plan := operator.DiscardPlan{Selected: []event.Delivery{{Error: "the CRM answers 404: no contact of cus_1"}, {Error: "the CRM answers 503"}}}
	for text, want := range map[string]bool{
		"no contact of cus_…": true, "503": true, "the CRM answers": false, "posted by hand": false, "": false,
	} {
		if got := plan.Narrower(text); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}
