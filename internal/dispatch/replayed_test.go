package dispatch_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
)

func TestRecordsThatAreReplayedBehindOneThatFailedCauseNoSecondEffect(t *testing.T) {
	sent := map[string]int{}
	a := actiontest.New(t, func(ctx context.Context, e *action.Event[json.RawMessage]) error {
		_, err := action.Outside(ctx, e, "mail/"+e.ID, func(context.Context) (string, error) { sent[e.ID]++; return "", nil })
		return err
	}, action.AnyVersion)
	r := newRig(t)
	r.store, r.Store, r.Quarantine = a.Store, a.Store, a.Store.Quarantine()
	r.bus.Selects = map[string][]string{"action": nil}
	r.bus.Handle = func(ctx context.Context, _ string, e event.Envelope) error {
		_, err := a.Handler.Deliver(ctx, e.ID, false)
		return err
	}
	down := true
	r.bus.Fault = func(op memory.Op) memory.Fault {
		if down && op == (memory.Op{Name: "Publish", Key: "evt_002"}) {
			return memory.Refuse(errors.New("throttled"))
		}
		return memory.Fault{}
	}
	records := r.put(10)
	if failed := r.handle(records); !slices.Equal(failed, []string{records[2].Change.SequenceNumber}) || len(sent) != 9 {
		t.Fatalf("failed %v, %d sent; want the third alone", failed, len(sent))
	}
	down = false
	if failed := r.handle(records[2:]); failed != nil { // Lambda goes on from the lowest that failed
		t.Fatalf("failed %v", failed)
	}
	for id, n := range sent {
		if n != 1 {
			t.Errorf("%s was sent %d times", id, n)
		}
	}
	if len(sent) != 10 {
		t.Errorf("%d were sent, want 10", len(sent))
	}
}
