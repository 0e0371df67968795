package operator_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

// searchable is a stack with bodies that differ.
func searchable(t *testing.T) *operatortest.Desk {
	t.Helper()
	d := operatortest.New(t, time.Now, 0)
	for id, body := range map[string]string{"evt_1": `{"email":"Jenny@example.com"}`, "evt_2": `{"email":"other@example.com"}`, "evt_3": `{"note":"for jenny@EXAMPLE.com"}`} {
		f := event.Facts{ID: id, Type: "charge.succeeded", Received: time.Now()}
		if _, err := d.Memory.Put(t.Context(), event.Event{Facts: f, Body: []byte(body)}, time.Now().AddDate(1, 0, 0)); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func TestSearchFindsBodiesInAnyCase(t *testing.T) {
	d := searchable(t)
	calls := d.CallsByName()
	p, err := d.PlanSearch(t.Context(), operator.EventList{Types: []string{"charge.*"}})
	if err != nil || len(p.Events) != 3 || p.More || calls()["Get"]+calls()["Deliveries"] != 0 {
		t.Fatalf("%+v, %v, %v", p, err, calls())
	}
	n := 0
	r, err := p.Run(t.Context(), operator.Pace{Parallel: 1, Progress: func(done int) { n += done }}, "JENNY@example")
	if err != nil || r.Searched != 3 || len(r.Found) != 2 || n != 3 {
		t.Errorf("%+v after %d, %v", r, n, err)
	}
}

func TestSearchThatIsStoppedKeepsWhatItFound(t *testing.T) {
	p, err := searchable(t).PlanSearch(t.Context(), operator.EventList{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	r, err := p.Run(ctx, operator.Pace{Parallel: 1, Progress: func(int) { stop() }}, "example")
	if !errors.Is(err, context.Canceled) || r.Searched != 1 || len(r.Found) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}
