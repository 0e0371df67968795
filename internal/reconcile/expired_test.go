package reconcile_test

import (
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

func TestRow77ExpiredEventIsNotRedelivered(t *testing.T) {
	r := newRig(t)
	r.ensure("evt_deleted", "send-receipt")
	r.published("evt_expired", "send-receipt")
	r.ensure("evt_expired", "send-receipt")
	r.now = r.now.AddDate(1, 0, 1)
	r.sweep()
	for _, id := range []string{"evt_deleted", "evt_expired"} {
		if d := r.delivery(id, "send-receipt"); d.State != event.Parked || len(r.bus.Published()) != 0 {
			t.Errorf("%s: %+v, published %v", id, d, r.bus.Published())
		}
	}
}

func TestRow77ExpiredEventIsNeitherPublishedNorRecorded(t *testing.T) {
	r := newRig(t)
	for _, id := range []string{"evt_pending", "evt_published"} {
		e := event.Event{Body: []byte("{}"), Facts: event.Facts{ID: id, Type: "charge.succeeded", Created: r.now, Received: r.now}}
		if _, err := r.store.Put(t.Context(), e, r.now.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.store.MarkPublished(t.Context(), "evt_published", []string{"send-receipt"}); err != nil {
		t.Fatal(err)
	}
	r.now = r.now.Add(2 * time.Hour)
	if got := r.sweep(); got.Published != 0 || got.Unrecorded != 0 {
		t.Fatalf("%+v", got)
	}
}
