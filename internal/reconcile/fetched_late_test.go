package reconcile_test

import (
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
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
	if got, err := r.Unrecorded.Sweep(t.Context()); err != nil || got.Unrecorded != 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	if err := r.store.MarkPublished(t.Context(), "evt_1", []string{"act"}); err != nil {
		t.Fatal(err)
	}
	r.now = r.now.Add(time.Hour)
	if got, err := r.Unrecorded.Sweep(t.Context()); err != nil || got.Unrecorded != 1 {
		t.Errorf("%+v, %v, expected the delivery that the bus lost", got, err)
	}
}

func TestThinEventThatDispatchLostIsLeftToItsFetch(t *testing.T) {
	r := newRig(t)
	r.thinEvent("evt_1")
	r.now = r.now.Add(time.Hour)
	checked := 0
	for range 2 {
		if _, err := r.Pending.Sweep(t.Context(), &checked); err != nil {
			t.Fatal(err)
		}
	}
	d, err := r.store.Delivery(t.Context(), event.DeliveryRef{Action: event.Fetch, Event: "evt_1"})
	if err != nil || d.State != event.Waiting || !d.Ensured {
		t.Fatalf("%+v, %v", d, err)
	}
	if s, err := r.store.Get(t.Context(), "evt_1"); err != nil || !s.Pending || len(r.bus.Published()) != 0 {
		t.Errorf("pending %t, published %v, %v", s.Pending, r.bus.Published(), err)
	}
	// It does not keep the other sweep from the events that come after.
	if _, err := r.Unrecorded.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	row, err := r.store.Load(t.Context(), "cursors", "unrecorded")
	if err != nil || row.Version == 0 {
		t.Errorf("the cursor stays: %+v, %v", row, err)
	}
}
