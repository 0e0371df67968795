package operator_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

func TestListReadsOnePageOfEachShard(t *testing.T) {
	d := operatortest.New(t, time.Now, 5000)
	calls := d.CallsByName()
	rows := listed(t, d, operator.EventList{Limit: 50})
	if len(rows) != 50 || rows[0].ID != "evt_04999" || rows[49].ID != "evt_04950" {
		t.Errorf("%v", idsOf(rows))
	}
	if diff := gocmp.Diff(map[string]int{"Received": event.ReceiptShards, "Quarantine.List": 1, "Deliveries": 1}, calls()); diff != "" {
		t.Error(diff)
	}
}

func TestListByStatusReadsItsIndexAlone(t *testing.T) {
	d := operatortest.New(t, time.Now, 3000)
	for i, state := range []string{"parked", "unknown", "waiting"} {
		for n := range 10 {
			d.Deliver(fmtID(n*100+i), operatortest.Receipts, states[state])
		}
	}
	for i, st := range []event.Status{event.StatusParked, event.StatusUnknown, event.StatusWaiting} {
		calls := d.CallsByName()
		rows := listed(t, d, operator.EventList{Status: st, Limit: 50})
		if len(rows) != 10 || rows[0].ID != fmtID(900+i) || rows[9].ID != fmtID(i) {
			t.Errorf("%s: %v", st, idsOf(rows))
		}
		if diff := gocmp.Diff(map[string]int{"Unfinished": event.UnfinishedShards, "Events": 1, "Deliveries": 1}, calls()); diff != "" {
			t.Errorf("%s: %s", st, diff)
		}
	}
}

func TestLongListsHaveEachEventOnceAndInOrder(t *testing.T) {
	d := operatortest.New(t, time.Now, 6000)
	for i := range 2500 {
		d.Deliver(fmtID(i), operatortest.Receipts, states["parked"])
	}
	for name, c := range map[string]struct {
		list operator.EventList
		n    int
	}{
		"all":     {operator.EventList{Limit: 7000}, 6000},
		"type":    {operator.EventList{Types: []string{"charge.*"}, Limit: 5500}, 5500},
		"pending": {operator.EventList{Status: event.StatusPending, Limit: 7000}, 3500},
	} {
		var want []string
		for i := range c.n {
			want = append(want, fmtID(5999-i))
		}
		if diff := gocmp.Diff(want, idsOf(listed(t, d, c.list))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	parked := idsOf(listed(t, d, operator.EventList{Status: event.StatusParked, Limit: 7000}))
	if slices.Sort(parked); len(slices.Compact(parked)) != 2500 {
		t.Errorf("%d parked, want each of 2500 once", len(parked))
	}
}

// sweptUntil moves the cursors of the sweeps that look after pending events.
func sweptUntil(t *testing.T, d *operatortest.Desk, at time.Time, left ...string) {
	t.Helper()
	for shard := range event.ReceiptShards {
		for _, sweep := range []string{"pending", "unrecorded"} {
			data, err := json.Marshal(map[string]any{"at": event.Position{At: at}, "left": left})
			if err == nil {
				err = d.Memory.Write(t.Context(), event.Write{Table: "cursors", Key: fmt.Sprintf("%s/%02d", sweep, shard), Data: data})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		left = nil
	}
}

func TestPendingListReadsWhatTheSweepsHaveNotHandled(t *testing.T) {
	d := operatortest.New(t, time.Now, 9000)
	now := time.Now()
	put := func(id string, age time.Duration) {
		d.Put(event.Facts{ID: id, Type: "charge.succeeded", Created: now, Received: now.Add(-age)}, now.AddDate(1, 0, 0))
	}
	put("evt_left", 2*time.Hour)
	put("evt_new", time.Minute)
	for i := range 9000 {
		d.Deliver(fmtID(i), operatortest.Receipts, states["done"])
	}
	if rows := listed(t, d, operator.EventList{Status: event.StatusPending, Limit: 50}); !slices.Equal(idsOf(rows), []string{"evt_new", "evt_left"}) {
		t.Errorf("before a sweep ran: %v", idsOf(rows))
	}
	sweptUntil(t, d, now.Add(-15*time.Minute), "evt_left")
	calls := d.CallsByName()
	if rows := listed(t, d, operator.EventList{Status: event.StatusPending, Limit: 50}); !slices.Equal(idsOf(rows), []string{"evt_new", "evt_left"}) {
		t.Errorf("%v", idsOf(rows))
	}
	if n := calls()["Received"]; n != event.ReceiptShards {
		t.Errorf("%d pages of events, want one of each shard", n)
	}
	if rows := listed(t, d, operator.EventList{Status: event.StatusPending, Since: now.Add(-time.Hour), Limit: 50}); !slices.Equal(idsOf(rows), []string{"evt_new"}) {
		t.Errorf("of the last hour: %v", idsOf(rows))
	}
}

func TestQuarantinedListReadsTheQuarantineAlone(t *testing.T) {
	d := operatortest.New(t, time.Now, 300)
	for i := range 3 {
		hold(t, d, fmt.Sprint("evt_odd", i), time.Duration(3-i)*time.Minute)
	}
	hold(t, d, fmtID(7), 0) // it is stored, with a subscriber
	calls := d.CallsByName()
	rows := listed(t, d, operator.EventList{Status: event.StatusQuarantined, Limit: 2})
	if !slices.Equal(idsOf(rows), []string{"evt_odd2", "evt_odd1"}) || rows[0].Scope != nil {
		t.Errorf("%v", idsOf(rows))
	}
	if got := calls(); got["Received"]+got["Unfinished"] != 0 || got["Quarantine.List"] != 1 {
		t.Errorf("calls %v", got)
	}
	if rows := listed(t, d, operator.EventList{Limit: 400}); len(rows) != 303 || !slices.Contains(idsOf(rows), "evt_odd0") {
		t.Errorf("%d rows, want each event once beside those quarantined", len(rows))
	}
}

// hold quarantines a request.
func hold(t *testing.T, d *operatortest.Desk, id string, age time.Duration) {
	t.Helper()
	q := event.Quarantined{Endpoint: "default", ID: id, Reason: "wrong_mode", Type: "charge.succeeded", Received: time.Now().Add(-age)}
	if err := d.Quarantine.Put(t.Context(), q); err != nil {
		t.Fatal(err)
	}
}
