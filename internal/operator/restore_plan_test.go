package operator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

func TestRestoreNeedsDeliveriesBeforeTheirEvents(t *testing.T) {
	d := lostEvents(t, 2)
	d.Copies.Make("memory-deliveries-restored", "deliveries")
	lost := operatortest.Receipts + "#" + id(0)
	d.Copies.Lose("deliveries", lost)
	if r := restore(t, d, operator.Restore{}); r.Missing != 2 || r.Stored != 1 || r.Skipped[operator.ReasonUnrecorded] != 1 {
		t.Fatalf("%+v, want the event without a record left", r)
	}
	if r := restore(t, d, operator.Restore{From: "memory-deliveries-restored"}); r.Stored != 1 {
		t.Fatalf("deliveries: %+v", r)
	}
	if r := restore(t, d, operator.Restore{}); r.Stored != 1 || len(r.Skipped) != 0 {
		t.Errorf("%+v, want it restored after its delivery", r)
	}
}

func TestRestoreOfUnrecordedEventMustBeAskedFor(t *testing.T) {
	d := lostEvents(t, 1)
	d.Copies.Lose("deliveries", operatortest.Receipts+"#"+id(0))
	if r := restore(t, d, operator.Restore{Unrecorded: true}); r.Stored != 1 {
		t.Errorf("%+v", r)
	}
}

func TestRestoreRefusesTablesThatDoNotFit(t *testing.T) {
	d := operatortest.New(t, time.Now, 0)
	d.Copies.Make("other", "events")
	d.Copies.Make("memory-quarantine-restored", "quarantine")
	d.Copies.Make("memory-orders-restored", "orders").Status = "CREATING"
	d.Copies.Make("requests", "quarantine")
	for _, tc := range []struct{ from, into, says string }{
		{"memory-events", "", "one of the stack itself: name the copy"},
		{"memory-events", "events", "one of the stack itself"},
		{"memory-events", "orders", "one of the stack itself"},
		{"other", "", "the name other does not begin with"},
		{"other", "invoices", "no table invoices in stack memory; its tables are deliveries, events, orders, quarantine"},
		{"nowhere", "events", "no table nowhere; aws dynamodb restore-table-to-point-in-time"},
		{"memory-orders-restored", "", "is CREATING: wait with aws dynamodb wait table-exists --table-name memory-orders-restored"},
		{"requests", "events", "has the key (endpoint S HASH, id S RANGE), and memory-events has (id S HASH)"},
		{"memory-quarantine-restored", "events", "by its name a copy of quarantine, not of events"},
	} {
		if _, err := d.PlanRestore(t.Context(), operator.Restore{From: tc.from, Into: tc.into}); err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("from %s into %q: %v, want %q", tc.from, tc.into, err, tc.says)
		}
	}
	if plan := planRestore(t, d, operator.Restore{From: "other", Into: "memory-events"}); plan.Into != "events" {
		t.Errorf("into %s", plan.Into)
	}
}
