package operator_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

// ids are those of the rows, in their order.
func idsOf(rows []operator.EventRow) (ids []string) {
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	return ids
}

func listed(t *testing.T, d *operatortest.Desk, req operator.EventList) []operator.EventRow {
	t.Helper()
	rows, unreadable, err := event.Collect(d.List(t.Context(), req))
	if err := errors.Join(err, unreadable); err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestListOfFiftyEventsReadsTheirDeliveriesInThreeBatches(t *testing.T) {
	actions := []string{"a", "b", "c", "d", "e", "f"}
	d := operatortest.New(t, time.Now, 120, actions...)
	n := d.Calls("Deliveries")
	if rows := listed(t, d, operator.EventList{Limit: 50}); len(rows) != 50 || rows[0].ID != "evt_00119" || *n != 3 {
		t.Errorf("%d rows from %s after %d requests, want 50 from the newest after 3", len(rows), rows[0].ID, *n)
	}
}

func TestListFindsByStatusBehindNewerEvents(t *testing.T) {
	d := operatortest.New(t, time.Now, 200)
	for i := range 200 {
		d.Deliver(fmt.Sprintf("evt_%05d", i), operatortest.Receipts, states[map[bool]string{true: "parked", false: "done"}[i < 2]])
	}
	rows := listed(t, d, operator.EventList{Status: event.StatusParked, Limit: 50})
	if got := idsOf(rows); !slices.Equal(got, []string{"evt_00001", "evt_00000"}) {
		t.Errorf("listed %v", got)
	}
}

func TestListFiltersByScopeCustomerTypeAndTime(t *testing.T) {
	d := operatortest.New(t, time.Now, 0)
	now := time.Now()
	for i, f := range []event.Facts{
		{ID: "evt_own", Type: "charge.succeeded", Customer: "cus_1"},
		{ID: "evt_live", Type: "invoice.paid", Scope: event.Scope{Livemode: true}},
		{ID: "evt_connected", Type: "invoice.created", Scope: event.Scope{Account: "acct_1"}},
	} {
		f.Created = now
		f.Received = now.Add(time.Duration(i-3) * time.Hour)
		d.Put(f, now.AddDate(1, 0, 0), operatortest.Receipts)
	}
	d.Put(event.Facts{ID: "evt_expired", Type: "invoice.paid", Created: now, Received: now.Add(-time.Minute)}, now.Add(-time.Second), operatortest.Receipts)
	for name, c := range map[string]struct {
		list operator.EventList
		want string
	}{
		"all but expired": {operator.EventList{}, "evt_connected evt_live evt_own"},
		"mode":            {operator.EventList{Scope: func(s event.Scope) bool { return s.Livemode }}, "evt_live"},
		"own account":     {operator.EventList{Scope: func(s event.Scope) bool { return s.Account == "" }}, "evt_live evt_own"},
		"account":         {operator.EventList{Scope: func(s event.Scope) bool { return s.Account == "acct_1" && !s.Livemode }}, "evt_connected"},
		"type":            {operator.EventList{Types: []string{"invoice.*"}}, "evt_connected evt_live"},
		"customer":        {operator.EventList{Customer: "cus_1"}, "evt_own"},
		"since":           {operator.EventList{Since: now.Add(-150 * time.Minute)}, "evt_connected evt_live"},
	} {
		c.list.Limit = 50
		if got := strings.Join(idsOf(listed(t, d, c.list)), " "); got != c.want {
			t.Errorf("%s: listed %s, want %s", name, got, c.want)
		}
	}
}

func TestRow78EventShowsDeliveriesOfUnsubscribedActions(t *testing.T) {
	d := operatortest.New(t, time.Now, 1, operatortest.Receipts, "added")
	// An action whose rule was added later has a delivery, and no subscription.
	d.Put(event.Facts{ID: "evt_1", Type: "charge.succeeded", Created: time.Now(), Received: time.Now()}, time.Time{}, operatortest.Receipts)
	d.Deliver("evt_1", "added", func(del *event.Delivery) {
		del.State, del.Error = event.Parked, "rejected"
		del.Record(event.Attempt{At: time.Now(), Error: "rejected"})
	})
	shown, err := d.Show(t.Context(), "evt_1")
	if err != nil || len(shown.Deliveries) != 1 || !slices.Equal(shown.Wanted, []string{operatortest.Receipts}) {
		t.Fatalf("%+v, %v", shown, err)
	}
	if row := shown.Deliveries[0]; row.Action != "added" || row.Attempts != 1 || len(row.History) != 1 || row.History[0].Error != "rejected" {
		t.Errorf("delivery %+v", row)
	}
}
