package judge

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
)

// Reconcile may store an event before the demo posts it.
func TestAnEventMayBeStoredAsStripeListsIt(t *testing.T) {
	ms, fake := newMonths(1, 6, time.Now()), &fakestripe.API{Clock: time.Now}
	server := httptest.NewServer(fake)
	defer server.Close()
	if err := record(t.Context(), server.URL, ms.stories()); err != nil {
		t.Fatal(err)
	}
	forms := map[string]bool{}
	for _, e := range ms.events() {
		for _, body := range append(e.Others, e.Body) {
			forms[string(body)] = true
		}
	}
	listed, l := 0, event.ThinListing{}
	for next := true; next; next = l.Page != "" {
		var bodies [][]byte
		var err error
		if bodies, l.Page, err = fake.ThinEvents(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		for _, body := range bodies {
			if listed++; !forms[string(body)] {
				t.Errorf("no event of the plan has the form %s", body)
			}
		}
	}
	if listed == 0 {
		t.Error("fake Stripe lists no thin event")
	}
}
