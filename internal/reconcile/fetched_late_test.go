package reconcile_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/reconcile"
	"github.com/payhooks/payhooks/internal/webhook"
)

// thinEvent stores one that function fetch has to fetch.
func (r *rig) thinEvent(id string) event.Stored {
	r.t.Helper()
	e := event.Event{Body: []byte("{}"), Facts: event.Facts{ID: id, Type: "charge.succeeded", SentAs: "v1.charge.succeeded", Created: r.now, Received: r.now}}
	if _, err := r.store.Put(r.t.Context(), e, r.now.AddDate(1, 0, 0)); err != nil {
		r.t.Fatal(err)
	}
	s, err := r.store.Get(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

func TestSubscribersOfAThinEventThatIsPublishedLongAfterItWasFetchedAreRecorded(t *testing.T) {
	r := newRig(t)
	thin := r.thinEvent("evt_1")
	r.now = r.now.Add(time.Hour)
	fetched := event.Event{Facts: thin.Facts, Fetched: []byte("{}")}
	fetched.Received = r.now
	if err := r.store.Link(t.Context(), event.Link{Thin: thin, Event: fetched, At: r.now}); err != nil {
		t.Fatal(err)
	}
	r.now = r.now.Add(time.Hour)
	r.sweep()
	if err := r.store.MarkPublished(t.Context(), "evt_1", []string{"act"}); err != nil {
		t.Fatal(err)
	}
	r.now = r.now.Add(time.Hour)
	r.sweep()
	if d := r.delivery("evt_1", "act"); !d.Ensured {
		t.Errorf("%+v, expected the delivery that the bus lost", d)
	}
}

func TestThinEventThatDispatchLostIsLeftToItsFetch(t *testing.T) {
	r := newRig(t)
	r.thinEvent("evt_1")
	r.now = r.now.Add(time.Hour)
	r.Due = nil
	r.sweep()
	r.sweep()
	d, err := r.store.Delivery(t.Context(), event.DeliveryRef{Action: event.Fetch, Event: "evt_1"})
	if err != nil || d.State != event.Waiting || !d.Ensured {
		t.Fatalf("%+v, %v", d, err)
	}
	if s, err := r.store.Get(t.Context(), "evt_1"); err != nil || !s.Pending || len(r.bus.Published()) != 0 {
		t.Errorf("pending %t, published %v, %v", s.Pending, r.bus.Published(), err)
	}
	// It does not keep the sweeps from the events that come after.
	standing := r.standing()
	shard := event.Shard("evt_1", event.ReceiptShards)
	if at := r.now.Add(-15 * time.Minute); !standing.Published[shard].At.Equal(at) || !standing.Recorded[shard].At.Equal(at) {
		t.Errorf("the cursors stay: %+v", standing)
	}
}

// standing is how far the sweeps are.
func (r *rig) standing() reconcile.Standing {
	r.t.Helper()
	s, err := reconcile.ReadStanding(r.t.Context(), r.store, r.now)
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

func TestThinEventThatIsNeverPublishedStopsNoSweep(t *testing.T) {
	r := newRig(t)
	thin := r.thinEvent("evt_1")
	if err := r.store.Link(t.Context(), event.Link{Thin: thin, Event: event.Event{Facts: thin.Facts, Fetched: []byte("{}")}, At: r.now}); err != nil {
		t.Fatal(err)
	}
	for _, after := range []time.Duration{time.Hour, 80 * time.Hour} {
		r.now = thin.Received.Add(after)
		r.sweep()
		got := r.standing()
		if at := got.Recorded[event.Shard("evt_1", event.ReceiptShards)].At; !at.After(thin.Received) {
			t.Errorf("after %s the cursor is at %s", after, at)
		}
		if waits := len(got.Left) == 1; waits != (after < event.RetryLimit) {
			t.Errorf("after %s left are %v", after, got.Left)
		}
	}
}

func TestAListedSnapshotCompletesItsThinEvent(t *testing.T) {
	s := newShop(t)
	snapshot := []byte(`{"id":"evt_1","object":"event","type":"charge.succeeded","created":` + fmt.Sprint(s.now.Add(-time.Hour).Unix()) + `,"livemode":false,"api_version":"2023-10-16","data":{"object":{"id":"ch_1","object":"charge"}}}`)
	thin, err := fakestripe.Thin(snapshot, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.stripe.PutEvents("", json.RawMessage(snapshot)); err != nil {
		t.Fatal(err)
	}
	intake := s.function().Missing.Intake
	from := ingest.Arrival{Endpoint: webhook.Endpoint{Name: "default", Expect: webhook.ExpectAny}, Received: s.now}
	if _, _, reason, err := intake.Accept(t.Context(), from, thin); err != nil || reason != "" {
		t.Fatal(reason, err)
	}
	s.run()
	if got, err := s.store.Get(t.Context(), "evt_1"); err != nil || got.Unfetched() || string(got.Payload()) != string(snapshot) {
		t.Errorf("%+v, %v", got, err)
	}
}
