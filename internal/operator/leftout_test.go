package operator_test

import (
	"slices"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

func TestLeftOutIsWhatTheRetrySkips(t *testing.T) {
	d := operatortest.New(t, time.Now, 3, "ship", "mail")
	for _, id := range []string{"evt_00000", "evt_00001"} {
		d.Deliver(id, "ship", states["parked"])
		d.Deliver(id, "mail", states["parked"])
	}
	d.Put(event.Facts{ID: "evt_old", Type: "charge.succeeded"}, time.Now().Add(-time.Minute), "ship")
	d.Deliver("evt_old", "ship", states["parked"])
	d.Bus.(*memory.Bus).Selects["mail"] = []string{"invoice.paid"}
	plan, err := d.PlanRetry(t.Context(), operator.Retry{})
	if err != nil {
		t.Fatal(err)
	}
	before, err := plan.LeftOut(t.Context())
	if err != nil || len(before) != 3 || len(d.Sent.Times()) != 0 {
		t.Fatalf("left out: %+v, %v; sent %v", before, err, d.Sent.Times())
	}
	if r := operator.Reasons(before); r[operator.ReasonExpired] != 1 || r[operator.ReasonNoRule] != 2 {
		t.Errorf("reasons: %v", r)
	}
	r, err := plan.Run(t.Context(), operator.Pace{Parallel: 1})
	if err != nil || r.Sent != 2 || !slices.Equal(r.Skipped, before) {
		t.Errorf("%+v, %v; want the same skipped: %+v", r, err, before)
	}
}

func TestGroupsSelectWhatTheyCount(t *testing.T) {
	d := operatortest.New(t, time.Now, 4)
	for id, why := range map[string]string{"evt_00000": "no stock", "evt_00001": "no stock of price_1A2b3C", "evt_00002": "no stock of price_4D5e6F", "evt_00003": "no answer"} {
		d.Deliver(id, operatortest.Receipts, func(del *event.Delivery) { del.State, del.Error = event.Parked, why })
	}
	all, err := d.Parked(t.Context(), operator.Deliveries{})
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range operator.Groups(all) {
		plan, err := d.PlanRetry(t.Context(), operator.Retry{Deliveries: operator.Deliveries{Groups: []operator.GroupName{g.Name()}}})
		if err != nil || len(plan.Selected) != g.Count {
			t.Errorf("group %q selects %d, %v; it counts %d", g.Reason, len(plan.Selected), err, g.Count)
		}
	}
}

func TestOverdueIsWhatWasDueHalfAnHourAgo(t *testing.T) {
	d := operatortest.New(t, time.Now, 3)
	for id, ago := range map[string]time.Duration{"evt_00000": 31 * time.Minute, "evt_00001": 29 * time.Minute} {
		d.Deliver(id, operatortest.Receipts, func(del *event.Delivery) { del.State, del.Next = event.Waiting, time.Now().Add(-ago) })
	}
	if late, err := d.Overdue(t.Context()); err != nil || len(late) != 1 || late[0].Event != "evt_00000" {
		t.Errorf("%+v, %v", late, err)
	}
}
