package operator_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

// thinFacts are of a thin event, received just now.
func thinFacts(id string) event.Facts {
	now := time.Now()
	return event.Facts{ID: id, Type: "charge.succeeded", SentAs: "v1.charge.succeeded", Created: now, Received: now, Object: "ch_1"}
}

// linked is a desk where a thin event was stored under its own id, fetched and published
// under that of its twin.
func linked(t *testing.T) *operatortest.Desk {
	t.Helper()
	d := operatortest.New(t, time.Now, 0, operatortest.Receipts, event.Fetch)
	body := []byte(`{"id":"evt_test_65","object":"v2.core.event","type":"v1.charge.succeeded","created":"2026-11-01T12:00:00.000Z","livemode":false}`)
	if _, err := d.Memory.Put(t.Context(), event.Event{Facts: thinFacts("evt_test_65"), Body: body}, time.Now().AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	thin, err := d.Memory.Get(t.Context(), "evt_test_65")
	if err != nil {
		t.Fatal(err)
	}
	f := thinFacts("evt_1")
	if err := d.Memory.Link(t.Context(), event.Link{Thin: thin, Event: event.Event{Facts: f, Fetched: []byte("{}")}, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if err := d.Memory.MarkPublished(t.Context(), "evt_1", []string{operatortest.Receipts}); err != nil {
		t.Fatal(err)
	}
	d.Deliver("evt_test_65", event.Fetch, func(del *event.Delivery) { del.State, del.Outcome = event.Done, "a rendering of evt_1" })
	return d
}

func TestThinEventIsShownAsItsOccurrence(t *testing.T) {
	d := linked(t)
	e, err := d.Show(t.Context(), "evt_test_65")
	if err != nil || e.ID != "evt_1" || e.Facts.SentAs != "v1.charge.succeeded" || !slices.Contains(e.Renderings, "evt_1#payload") {
		t.Fatalf("%+v, %v", e, err)
	}
	for _, id := range []string{"evt_test_65", "evt_1"} {
		if e, err := d.Show(t.Context(), id); err != nil || len(e.Deliveries) != 1 || e.Deliveries[0].Action != event.Fetch {
			t.Errorf("%s: deliveries %+v, expected that to fetch, %v", id, e.Deliveries, err)
		}
	}
	r, err := replay(t, d, operator.Replay{Events: operator.Events{IDs: []string{"evt_test_65"}}})
	if err != nil || r.Sent != 1 || d.Sent.Times()[event.DeliveryRef{Action: operatortest.Receipts, Event: "evt_1"}] != 1 {
		t.Errorf("replayed as %+v, sent %v, %v", r, d.Sent.Times(), err)
	}
}

func TestStatusOfAThinEventIsThatOfItsFetch(t *testing.T) {
	for want, end := range map[event.Status]func(*event.Delivery){
		event.StatusPending: nil,
		event.StatusParked:  func(del *event.Delivery) { del.State, del.Error = event.Parked, "403" },
		event.StatusWaiting: func(del *event.Delivery) { del.Next = time.Now().Add(time.Hour) },
	} {
		d := operatortest.New(t, time.Now, 0, operatortest.Receipts, event.Fetch)
		d.Put(thinFacts("evt_1"), time.Now().AddDate(1, 0, 0))
		if end != nil {
			d.Deliver("evt_1", event.Fetch, end)
		}
		e, err := d.Show(t.Context(), "evt_1")
		if err != nil || e.Status != want {
			t.Errorf("%s: shown as %+v, %v", want, e, err)
		}
		stored, err := d.Memory.Get(t.Context(), "evt_1")
		if err != nil {
			t.Fatal(err)
		}
		stored.SentAs, stored.FetchedAt = "", time.Time{} // as lists have it
		ds, _, err := d.DeliveriesOf(t.Context(), []event.Stored{stored})
		if got := event.StatusOf(stored, ds["evt_1"]); err != nil || got != want {
			t.Errorf("%s: listed as %s, %v", want, got, err)
		}
	}
}

func TestWhatAPersonGaveUpToFetchIsDone(t *testing.T) {
	d := operatortest.New(t, time.Now, 0, operatortest.Receipts, event.Fetch)
	d.Put(thinFacts("evt_1"), time.Now().AddDate(1, 0, 0))
	d.Deliver("evt_1", event.Fetch, func(del *event.Delivery) { del.State, del.Error = event.Parked, "gone" })
	if err := d.Memory.Discard(t.Context(), event.DeliveryRef{Action: event.Fetch, Event: "evt_1"}, time.Now(), "ada: refunded by hand"); err != nil {
		t.Fatal(err)
	}
	if e, err := d.Show(t.Context(), "evt_1"); err != nil || e.Status != event.StatusDone {
		t.Errorf("%+v, %v", e, err)
	}
}

// fetching makes the desk's function fetch answer, by linking.
func fetching(t *testing.T, d *operatortest.Desk, refusal string) {
	t.Helper()
	d.Functions = memory.Functions{event.Fetch: func(ctx context.Context, in json.RawMessage) (any, error) {
		var req struct{ Fetch delivery.FetchRequest }
		if err := json.Unmarshal(in, &req); err != nil || refusal != "" {
			return delivery.FetchReply{Error: refusal}, err
		}
		s, err := d.Memory.Get(ctx, req.Fetch.Event)
		if err != nil {
			return nil, err
		}
		return delivery.FetchReply{Event: s.ID}, d.Memory.Link(ctx, event.Link{Thin: s, Event: event.Event{Facts: s.Facts, Fetched: []byte("{}")}, At: time.Now()})
	}}
}

func TestReplayOfAThinEventFetchesItFirst(t *testing.T) {
	for action, want := range map[string]string{"": operatortest.Receipts, operatortest.Receipts: operatortest.Receipts, event.Fetch: ""} {
		d := operatortest.New(t, time.Now, 1, operatortest.Receipts, "other", event.Fetch)
		if action == "" {
			want = "other " + want
		}
		fetching(t, d, "")
		d.Put(thinFacts("evt_1"), time.Now().AddDate(1, 0, 0), "gone") // it had no subscriber of today
		d.Deliver("evt_1", event.Fetch, func(del *event.Delivery) { del.State, del.Outcome = event.Done, "action removed" })
		_, err := replay(t, d, operator.Replay{Events: operator.Events{IDs: []string{"evt_1"}, Action: action}})
		var sent []string
		for ref := range d.Sent.Times() {
			sent = append(sent, ref.Action)
		}
		if slices.Sort(sent); err != nil || strings.Join(sent, " ") != want {
			t.Errorf("replay for %q: sent to %v, %v", action, sent, err)
		}
		if s, err := d.Memory.Get(t.Context(), "evt_1"); err != nil || s.Unfetched() || slices.Contains(s.Subscribers, event.Fetch) {
			t.Errorf("unfetched %t, subscribers %v, %v", s.Unfetched(), s.Subscribers, err)
		}
	}
}

func TestReplayPassesOverWhatCannotBeFetched(t *testing.T) {
	d := operatortest.New(t, time.Now, 1, operatortest.Receipts, event.Fetch)
	fetching(t, d, "the event is gone")
	d.Put(thinFacts("evt_1"), time.Now().AddDate(1, 0, 0), "gone")
	r, err := replay(t, d, operator.Replay{Events: operator.Events{From: time.Now().Add(-time.Hour)}})
	if err != nil || r.Sent != 1 || r.Skipped[operator.ReasonUnfetched] != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestNothingButAThinEventIsFetched(t *testing.T) {
	d := operatortest.New(t, time.Now, 3, operatortest.Receipts, event.Fetch)
	r, err := replay(t, d, operator.Replay{Events: operator.Events{Action: event.Fetch, From: time.Now().Add(-time.Hour)}})
	if err != nil || r.Sent != 0 || len(d.Sent.Times()) > 0 {
		t.Errorf("%+v, sent %v, %v", r, d.Sent.Times(), err)
	}
}

func TestAThinTypeSelectsTheEventsOfItsTwin(t *testing.T) {
	d := linked(t)
	for kind, want := range map[string]int{"charge.succeeded": 1, "v1.charge.succeeded": 1, "charge.*": 1, "v1.charge.failed": 0} {
		plan, err := d.PlanReplay(t.Context(), operator.Replay{Events: operator.Events{Types: []string{kind}}})
		if err != nil || len(plan.Selected) != want {
			t.Errorf("%s: %+v, %v", kind, plan, err)
		}
	}
}

func TestReleaseKnowsTheStacksOwnAccount(t *testing.T) {
	for own, want := range map[string]string{"acct_1": "", "": "acct_1"} {
		d := operatortest.New(t, time.Now, 0, operatortest.Receipts)
		d.Own = func(context.Context) (string, error) { return own, nil }
		now := time.Now()
		q := event.Quarantined{
			Endpoint: "default", ID: "evt_test_65", Reason: "unexpected_account", Received: now, Expires: now.AddDate(1, 0, 0),
			Body: []byte(`{"id":"evt_test_65","object":"v2.core.event","type":"v1.charge.succeeded","created":"2026-11-01T12:00:00.000Z","livemode":false,"context":"acct_1"}`),
		}
		if err := d.Quarantine.Put(t.Context(), q); err != nil {
			t.Fatal(err)
		}
		if result, err := d.Release(t.Context(), q); err != nil || result != event.ResultStored {
			t.Fatalf("%s, %v", result, err)
		}
		if s, err := d.Memory.Get(t.Context(), "evt_test_65"); err != nil || s.Account != want {
			t.Errorf("own account %q: stored for %q, %v", own, s.Account, err)
		}
	}
}
