package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// ids are those of the rows, in their order.
func idsOf(rows []eventRow) (ids []string) {
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	return ids
}

func TestListOfFiftyEventsReadsTheirDeliveriesInThreeBatches(t *testing.T) {
	actions := []string{"a", "b", "c", "d", "e", "f"}
	d := newDesk(t, 120, actions...)
	n := d.calls("Deliveries")
	if rows := listed(t, d.connection, eventList{limit: 50}); len(rows) != 50 || rows[0].ID != "evt_00119" || *n != 3 {
		t.Errorf("%d rows from %s after %d requests, want 50 from the newest after 3", len(rows), rows[0].ID, *n)
	}
}

func TestListFindsByStatusBehindNewerEvents(t *testing.T) {
	d := newDesk(t, 200)
	for i := range 200 {
		d.deliver(fmt.Sprintf("evt_%05d", i), receipts, states[map[bool]string{true: "parked", false: "done"}[i < 2]])
	}
	rows := listed(t, d.connection, eventList{status: string(event.StatusParked), limit: 50})
	if got := idsOf(rows); !slices.Equal(got, []string{"evt_00001", "evt_00000"}) {
		t.Errorf("listed %v", got)
	}
}

func TestListFiltersByScopeCustomerTypeAndTime(t *testing.T) {
	d := newDesk(t, 0)
	now := time.Now()
	for i, f := range []event.Facts{
		{ID: "evt_own", Type: "charge.succeeded", Customer: "cus_1"},
		{ID: "evt_live", Type: "invoice.paid", Scope: event.Scope{Livemode: true}},
		{ID: "evt_connected", Type: "invoice.created", Scope: event.Scope{Account: "acct_1"}},
	} {
		f.Created = now
		f.Received = now.Add(time.Duration(i-3) * time.Hour)
		d.put(f, now.AddDate(1, 0, 0), receipts)
	}
	d.put(event.Facts{ID: "evt_expired", Type: "invoice.paid", Created: now, Received: now.Add(-time.Minute)}, now.Add(-time.Second), receipts)
	for name, c := range map[string]struct {
		list eventList
		want string
	}{
		"all but expired": {eventList{}, "evt_connected evt_live evt_own"},
		"mode":            {eventList{scope: scopeFilter{mode: "live"}}, "evt_live"},
		"own account":     {eventList{scope: scopeFilter{account: "own"}}, "evt_live evt_own"},
		"account":         {eventList{scope: scopeFilter{account: "acct_1", mode: "test"}}, "evt_connected"},
		"type":            {eventList{typ: "invoice.*"}, "evt_connected evt_live"},
		"customer":        {eventList{customer: "cus_1"}, "evt_own"},
		"since":           {eventList{since: "2h30m"}, "evt_connected evt_live"},
	} {
		c.list.limit = 50
		if got := strings.Join(idsOf(listed(t, d.connection, c.list)), " "); got != c.want {
			t.Errorf("%s: listed %s, want %s", name, got, c.want)
		}
	}
}

func TestRow78EventShowsDeliveriesOfUnsubscribedActions(t *testing.T) {
	d := newDesk(t, 1, receipts, "added")
	// An action whose rule was added later has a delivery, and no subscription.
	d.put(event.Facts{ID: "evt_1", Type: "charge.succeeded", Created: time.Now(), Received: time.Now()}, time.Time{}, receipts)
	d.deliver("evt_1", "added", func(del *event.Delivery) {
		del.State, del.Error = event.Parked, "rejected"
		del.Record(event.Attempt{At: time.Now(), Error: "rejected"})
	})
	shown, err := showEvent(t.Context(), d.connection, "evt_1")
	if err != nil || len(shown.Deliveries) != 1 || !slices.Equal(shown.Wanted, []string{receipts}) {
		t.Fatalf("%+v, %v", shown, err)
	}
	if row := shown.Deliveries[0]; row.Action != "added" || row.Attempts != 1 || len(row.History) != 1 || row.History[0].Error != "rejected" {
		t.Errorf("delivery %+v", row)
	}
}
