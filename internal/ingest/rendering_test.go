package ingest_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/internal/event"
)

// in is the whole event in an API version.
func in(version string) string { return strings.Replace(whole, "2023-10-16", version, 1) }

func TestEventDeliveredInAnotherVersionIsKeptForTypedActions(t *testing.T) {
	r := newRig(t, "default=any")
	for _, version := range []string{"2026-08-26.dahlia", "2023-10-16", "2023-10-16", "2026-05-27.dahlia", "2014-06-17"} {
		if got := r.post(in(version)); got != http.StatusOK {
			t.Fatalf("%s: answer %d", version, got)
		}
	}
	if stored, held := r.kept(); stored != 1 || held != 0 {
		t.Errorf("%d stored, %d quarantined, want one event", stored, held)
	}
	for release, want := range map[string]bool{"2023-10-16": true, "2014-06-17": false} { // no type reads the latter
		s, err := r.store.Get(t.Context(), event.RenderingID("evt_1", release))
		if got := err == nil; got != want || got && (string(s.Body) != in(release) || s.Pending) {
			t.Errorf("%s: %q, pending %t, %v, want kept %t", release, s.Body, s.Pending, err, want)
		}
	}
	if s, err := r.store.Get(t.Context(), "evt_1"); err != nil || s.APIVersion != "2026-08-26.dahlia" || string(s.Body) != in("2026-08-26.dahlia") {
		t.Errorf("the first is %q, %v", s.Body, err)
	}
}

func TestRenderingThatCannotBeKeptIsDeliveredAgain(t *testing.T) {
	r := newRig(t, "default=any")
	r.post(in("2026-08-26.dahlia"))
	r.store.Fault = failing("PutRendering", errInternal)
	if got := r.post(in("2023-10-16")); got != http.StatusServiceUnavailable && got != http.StatusInternalServerError {
		t.Errorf("answer %d, want 5xx", got)
	}
	r.store.Fault = failing("PutRendering", event.ErrTooLarge)
	if got := r.post(in("2023-10-16")); got != http.StatusOK {
		t.Errorf("too large: answer %d, want 200: Stripe would repeat it for days", got)
	}
	r.store.Fault = nil
	r.post(in("2023-10-16"))
	if _, err := r.store.Get(t.Context(), event.RenderingID("evt_1", "2023-10-16")); errors.Is(err, event.ErrNotFound) {
		t.Error("the repeat is not kept")
	}
}
