package operator_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

// everyStatus is a stack with every status, several scopes and customers.
func everyStatus(t *testing.T, rng *rand.Rand, n int) *operatortest.Desk {
	t.Helper()
	d := operatortest.New(t, time.Now, 0, operatortest.Receipts, "other")
	now := time.Now()
	for i := range n {
		f := event.Facts{
			ID: fmtID(i), Type: []string{"charge.succeeded", "invoice.paid"}[rng.IntN(2)], Customer: fmt.Sprint("cus_", rng.IntN(3)),
			Object: fmt.Sprint("ch_", rng.IntN(3)), Endpoint: []string{"default", "second"}[rng.IntN(2)], APIVersion: []string{"2023-10-16", "2026-08-26.dahlia"}[rng.IntN(2)],
			Scope: event.Scope{Livemode: rng.IntN(2) == 0}, Created: now.Add(-time.Duration(rng.IntN(1000)) * time.Minute),
		}
		f.Received = f.Created.Add(time.Duration(rng.IntN(3)) * time.Minute)
		if rng.IntN(5) == 0 {
			f.Account = "acct_1"
		}
		subscribers := [][]string{nil, {operatortest.Receipts}, {operatortest.Receipts, "other"}}[rng.IntN(3)]
		d.Put(f, now.Add([]time.Duration{-time.Second, time.Hour}[min(1, rng.IntN(20))]), subscribers...)
		for _, action := range subscribers {
			if state := []string{"", "done", "done", "parked", "unknown", "waiting"}[rng.IntN(6)]; state != "" {
				d.Deliver(f.ID, action, states[state])
			}
		}
		if len(subscribers) == 0 && rng.IntN(2) == 0 {
			if err := d.Memory.MarkPublished(t.Context(), f.ID, nil); err != nil {
				t.Fatal(err)
			}
		}
		if rng.IntN(20) == 0 {
			hold(t, d, f.ID, time.Duration(rng.IntN(100))*time.Minute)
		}
	}
	return d
}

// expected filters all that the list without a filter has.
func expected(all []operator.EventRow, customers map[string]string, req operator.EventList) (ids []string) {
	for _, r := range all {
		switch {
		case req.Status != "" && r.Status != req.Status, !r.Received.After(req.Since) && !r.Received.Equal(req.Since):
		case !req.Before.IsZero() && !r.Received.Before(req.Before):
		case len(req.Types) > 0 && !slices.ContainsFunc(req.Types, func(kind string) bool {
			start, star := strings.CutSuffix(kind, "*")
			return r.Type == kind || star && strings.HasPrefix(r.Type, start)
		}):
		case req.ID != "" && r.ID != req.ID:
		case req.Object != "" && r.Facts.Object != req.Object:
		case req.Action != "" && !slices.Contains(r.Wanted, req.Action):
		case req.Version != "" && (r.Scope == nil || r.APIVersion != req.Version):
		case req.Endpoint != "" && r.Endpoint != req.Endpoint:
		case req.Action != "" && (req.Status == event.StatusUnknown || req.Status == event.StatusParked || req.Status == event.StatusWaiting) &&
			!slices.ContainsFunc(r.Deliveries, func(d event.Delivery) bool { return d.Action == req.Action && string(d.State) == string(req.Status) }):
		case req.Customer != "" && (r.Scope == nil || customers[r.ID] != req.Customer):
		case req.Scope != nil && (r.Scope == nil || !req.Scope(*r.Scope)):
		default:
			ids = append(ids, r.ID)
		}
	}
	return ids
}

func TestEveryListHasTheEventsThatItsFiltersLeave(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	d := everyStatus(t, rng, 800)
	sweptUntil(t, d, time.Time{})
	all, customers := listed(t, d, operator.EventList{Limit: 10_000}), map[string]string{}
	statuses := map[event.Status]int{}
	for _, r := range all {
		statuses[r.Status]++
		if s, err := d.Memory.Get(t.Context(), r.ID); err == nil {
			customers[r.ID] = s.Customer
		}
	}
	if len(statuses) != len(operator.Statuses) {
		t.Fatalf("the stack has %v", statuses)
	}
	if !slices.IsSortedFunc(all, func(a, b operator.EventRow) int { return cmp.Compare(b.Received.UnixMilli(), a.Received.UnixMilli()) }) {
		t.Error("not the newest first")
	}
	for range 300 {
		req := operator.EventList{Limit: 10_000, Status: append(operator.Statuses, "")[rng.IntN(8)], Types: [][]string{nil, nil, {"invoice.*"}, {"charge.succeeded"}, {"charge.*", "invoice.paid"}}[rng.IntN(5)]}
		if rng.IntN(2) == 0 {
			req.Customer = fmt.Sprint("cus_", rng.IntN(4))
		}
		switch rng.IntN(3) {
		case 0:
			req.Scope = func(s event.Scope) bool { return s.Livemode }
		case 1:
			req.Scope, req.Scopes = func(s event.Scope) bool { return s.Account != "" }, []event.Scope{{Account: "acct_1"}, {Account: "acct_1", Livemode: true}}
		}
		if rng.IntN(4) == 0 {
			req.Action = []string{operatortest.Receipts, "other", "none"}[rng.IntN(3)]
		}
		if rng.IntN(4) == 0 {
			req.Endpoint = []string{"default", "second"}[rng.IntN(2)]
		}
		if rng.IntN(4) == 0 {
			req.Version = []string{"2023-10-16", "2026-08-26.dahlia"}[rng.IntN(2)]
		}
		if rng.IntN(6) == 0 {
			req.ID = fmtID(rng.IntN(810))
		}
		if rng.IntN(4) == 0 {
			req.Object = fmt.Sprint("ch_", rng.IntN(4))
		}
		if rng.IntN(3) == 0 {
			req.Since, req.Before = time.Now().Add(-10*time.Hour), time.Now().Add(-2*time.Hour)
		}
		if diff := gocmp.Diff(expected(all, customers, req), idsOf(listed(t, d, req))); diff != "" {
			t.Fatalf("%+v:\n%s", req, diff)
		}
	}
}

func TestCustomerListReadsTheIndexInEachScope(t *testing.T) {
	d := operatortest.New(t, time.Now, 3000)
	now := time.Now()
	sweptUntil(t, d, now.Add(-15*time.Minute))
	for i, s := range []event.Scope{{Livemode: true}, {}, {Account: "acct_known"}, {Account: "acct_new"}} {
		f := event.Facts{ID: fmt.Sprint("evt_of", i), Type: "invoice.paid", Scope: s, Customer: "cus_1", Created: now, Received: now.Add(-time.Duration(i) * time.Minute)}
		d.Put(f, now.AddDate(1, 0, 0), operatortest.Receipts)
	}
	known := event.Write{Table: "cursors", Key: "missing/test/acct_known", Data: json.RawMessage(`{"account":"acct_known","livemode":false}`)}
	if err := d.Memory.Write(t.Context(), known); err != nil {
		t.Fatal(err)
	}
	calls := d.CallsByName()
	rows := listed(t, d, operator.EventList{Customer: "cus_1", Limit: 50})
	if got := idsOf(rows); !slices.Equal(got, []string{"evt_of0", "evt_of1", "evt_of2", "evt_of3"}) {
		t.Errorf("listed %v", got)
	}
	if got := calls(); got["ByCustomer"] != 3 || got["Received"] != event.ReceiptShards || got["Events"] != 1 {
		t.Errorf("calls %v, want one of each known scope, and the events that no sweep has come to", got)
	}
	calls = d.CallsByName()
	own := []event.Scope{{}, {Livemode: true}}
	if rows := listed(t, d, operator.EventList{Customer: "cus_1", Scope: func(s event.Scope) bool { return s.Account == "" }, Scopes: own, Limit: 50}); len(rows) != 2 {
		t.Errorf("of the own account: %v", idsOf(rows))
	}
	if got := calls(); got["ByCustomer"] != 2 || got["Received"] != 0 {
		t.Errorf("calls %v, want the named scopes alone", got)
	}
}

func TestCustomerListOfVeryManyScopesReadsAllEvents(t *testing.T) {
	d := operatortest.New(t, time.Now, 300)
	now := time.Now()
	for i := range 210 {
		s := event.Scope{Account: fmt.Sprint("acct_", i)}
		data, err := json.Marshal(s)
		if err == nil {
			err = d.Memory.Write(t.Context(), event.Write{Table: "cursors", Key: "missing/" + s.Text(), Data: data})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	d.Put(event.Facts{ID: "evt_its", Type: "invoice.paid", Scope: event.Scope{Account: "acct_7"}, Customer: "cus_1", Created: now, Received: now}, now.AddDate(1, 0, 0))
	calls := d.CallsByName()
	if rows := listed(t, d, operator.EventList{Customer: "cus_1", Limit: 50}); !slices.Equal(idsOf(rows), []string{"evt_its"}) || calls()["ByCustomer"] != 0 {
		t.Errorf("%v, calls %v", idsOf(rows), calls())
	}
}

func TestListOfWhatCameBackHasOnlyThose(t *testing.T) {
	d := operatortest.New(t, time.Now, 300, operatortest.Receipts, "other")
	reported := func(i int, action string, r event.Report) {
		d.Deliver(fmtID(i), action, func(del *event.Delivery) {
			del.State, del.Effects = event.Done, []event.EffectOutcome{{Key: "sms/1", State: "done"}, {Key: "receipt/1", State: "done", Report: r}}
		})
	}
	reported(1, operatortest.Receipts, event.Bounced) // the list reads more than one page to find it
	reported(2, operatortest.Receipts, event.Complained)
	reported(3, "other", event.Bounced)
	reported(4, operatortest.Receipts, "")
	for _, c := range []struct {
		req  operator.EventList
		want string
	}{
		{operator.EventList{Report: event.Bounced}, "[evt_00003 evt_00001]"},
		{operator.EventList{Report: event.Bounced, Bare: true, Limit: 1}, "[evt_00003]"},
		{operator.EventList{Report: event.Bounced, Action: operatortest.Receipts}, "[evt_00001]"},
		{operator.EventList{Report: event.Complained}, "[evt_00002]"},
		{operator.EventList{Report: event.Rejected}, "[]"},
	} {
		c.req.Limit = cmp.Or(c.req.Limit, 10)
		var ids []string
		for r, err := range d.List(t.Context(), c.req) {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, r.ID)
		}
		if got := fmt.Sprint(ids); got != c.want {
			t.Errorf("%+v: listed %s, want %s", c.req, got, c.want)
		}
	}
}
