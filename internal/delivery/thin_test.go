package delivery_test

import (
	"context"
	"testing"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
)

func TestAnActionWaitsForTheObjectOfAThinEvent(t *testing.T) {
	r := newRig(t)
	thin := event.Event{Body: []byte(`{}`), Facts: event.Facts{ID: "evt_thin", Type: "charge.succeeded", SentAs: "v1.charge.succeeded", Created: r.now, Received: r.now}}
	if _, err := r.Put(t.Context(), thin, r.now.AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	var read string
	h := r.process(func(_ context.Context, a *delivery.Attempt) error {
		s := a.Stored()
		read = string(s.Payload())
		return nil
	})
	d, err := h.Deliver(t.Context(), "evt_thin", false)
	if err != nil || d.State != event.Waiting || r.runs != 0 {
		t.Fatalf("%+v, %v, %d runs", d, err, r.runs)
	}
	stored, err := r.Get(t.Context(), "evt_thin")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Link(t.Context(), event.Link{Thin: stored, Event: event.Event{Facts: thin.Facts, Fetched: []byte(`{"data":1}`)}, At: r.now}); err != nil {
		t.Fatal(err)
	}
	r.now = d.Next
	if d, err = h.Deliver(t.Context(), "evt_thin", true); err != nil || d.State != event.Done || read != `{"data":1}` {
		t.Errorf("%+v, %v, read %s", d, err, read)
	}
}

func TestADeliveryOfARenderingIsDone(t *testing.T) {
	r := newRig(t)
	thin := event.Event{Body: []byte(`{}`), Facts: event.Facts{ID: "evt_thin", Type: "charge.succeeded", SentAs: "v1.charge.succeeded", Scope: event.Scope{Livemode: true}, Created: r.now, Received: r.now}}
	if _, err := r.Put(t.Context(), thin, r.now.AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	stored, err := r.Get(t.Context(), "evt_thin")
	if err != nil {
		t.Fatal(err)
	}
	whole := thin
	whole.ID = "evt_1" // of the rig
	if err := r.Link(t.Context(), event.Link{Thin: stored, Event: whole, At: r.now}); err != nil {
		t.Fatal(err)
	}
	d, err := r.process(add).Deliver(t.Context(), "evt_thin", true)
	if err != nil || d.State != event.Done || r.runs != 0 || d.Outcome != "skipped: a rendering of evt_1" {
		t.Errorf("%+v, %v, %d runs", d, err, r.runs)
	}
}

func TestAMessageOfAnErasedEventRunsNothing(t *testing.T) {
	r := newRig(t)
	e, err := r.Get(t.Context(), "evt_1") // of the rig
	if err != nil {
		t.Fatal(err)
	}
	if err := r.EraseItem(t.Context(), e, r.now); err != nil {
		t.Fatal(err)
	}
	for _, again := range []bool{false, true} {
		d, err := r.process(add).Deliver(t.Context(), "evt_1", again)
		if err != nil || d.State != event.Done || d.Outcome != "skipped: erased" || r.runs != 0 {
			t.Errorf("%+v, %v, %d runs", d, err, r.runs)
		}
	}
}
