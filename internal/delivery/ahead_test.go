package delivery_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
)

// batch hands the events to the function as one batch of first receives, more of them as
// "id again", and returns the ids that the queue keeps.
func (r *rig) batch(h *delivery.Handler, ids ...string) (kept []string) {
	r.t.Helper()
	var in events.SQSEvent
	for i, id := range ids {
		id, again := strings.CutSuffix(id, " again")
		m := events.SQSMessage{MessageId: ids[i], Body: fmt.Sprintf(`{"detail":{"id":%q}}`, id), Attributes: map[string]string{"ApproximateReceiveCount": "1"}}
		if again {
			m.Attributes["ApproximateReceiveCount"] = "2"
		}
		in.Records = append(in.Records, m)
	}
	out, err := h.Handle(r.t.Context(), in)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, f := range out.BatchItemFailures {
		kept = append(kept, f.ItemIdentifier)
	}
	return kept
}

// stored puts n events besides evt_1 and returns the ids of all.
func (r *rig) stored(n int) []string {
	ids := []string{"evt_1"}
	for i := range n {
		ids = append(ids, fmt.Sprintf("evt_%d", i+2))
		r.put(ids[i+1], r.now.AddDate(1, 0, 0))
	}
	return ids
}

func (r *rig) done(ids ...string) {
	r.t.Helper()
	for _, id := range ids {
		if d, err := r.Delivery(r.t.Context(), event.DeliveryRef{Action: "act", Event: id}); err != nil || d.State != event.Done || d.Attempts != 1 {
			r.t.Errorf("%s: %+v, %v", id, d, err)
		}
	}
}

func TestABatchIsReadWithOneCall(t *testing.T) {
	for _, inTurn := range []bool{true, false} {
		r := newRig(t)
		ids := r.stored(9)
		h := r.process(nothing)
		h.InTurn, h.Run, h.Owner = inTurn, nothing, rand.Text
		begins := make(chan string, 100)
		r.Fault = func(op memory.Op) memory.Fault {
			if op.Name == "Begin" {
				begins <- op.Key
			}
			return memory.Fault{}
		}
		if kept := r.batch(h, ids...); kept != nil {
			t.Errorf("kept %v", kept)
		}
		if len(begins) != 1 || strings.Count(<-begins, ",") != 9 {
			t.Errorf("in turn %t: %d more reads", inTurn, len(begins))
		}
		r.Fault = nil
		r.done(ids...)
	}
}

func TestABatchReadsAheadSoManyOnly(t *testing.T) {
	r := newRig(t)
	ids := r.stored(51)
	calls := r.calls()
	if kept := r.batch(r.process(nothing), ids...); kept != nil {
		t.Errorf("kept %v", kept)
	}
	if n := len(slices.DeleteFunc(*calls, func(name string) bool { return name != "Begin" })); n != 3 {
		t.Errorf("%d reads of 52 events, 50 of them at once", n)
	}
	r.done(ids...)
}

func TestWhatCannotBeReadAheadIsReadAgain(t *testing.T) {
	r := newRig(t)
	ids := r.stored(2)
	first := true
	r.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "Begin" && first {
			first = false
			return memory.Refuse(errDown)
		}
		return memory.Fault{}
	}
	if kept := r.batch(r.process(nothing), ids...); kept != nil {
		t.Errorf("kept %v", kept)
	}
	r.done(ids...)
}

// unread fails the reading of some events' records.
type unread struct {
	*memory.Store
	ids string
}

func (u unread) Begin(ctx context.Context, refs []event.DeliveryRef) []event.Begun {
	all := u.Store.Begin(ctx, refs)
	for i, ref := range refs {
		if strings.Contains(u.ids, ref.Event) {
			all[i].Err = errors.New("a record that is none")
		}
	}
	return all
}

func TestOneMessageOfABatchFailsAlone(t *testing.T) {
	r := newRig(t)
	ids := r.stored(3)
	h := r.process(nothing)
	h.Ledger = unread{r.Store, "evt_2"}
	if kept := r.batch(h, append(ids, "evt_gone")...); !slices.Equal(kept, []string{"evt_2"}) {
		t.Errorf("kept %v", kept)
	}
	r.done("evt_1", "evt_3", "evt_4")
	if d, err := r.Delivery(t.Context(), event.DeliveryRef{Action: "act", Event: "evt_gone"}); err != nil || d.State != event.Parked {
		t.Errorf("an event that is not there: %+v, %v", d, err)
	}
}

func TestAReadAheadThatIsOldChangesNothing(t *testing.T) {
	r := newRig(t)
	ids := r.stored(1)
	other := r.process(add)
	h := r.process(func(ctx context.Context, a *delivery.Attempt) error {
		if a.Stored().ID == "evt_1" { // while the first is handled, another process does the second
			if _, err := other.Deliver(ctx, "evt_2", true); err != nil {
				t.Error(err)
			}
			return nil
		}
		return add(ctx, a)
	})
	if kept := r.batch(h, ids...); kept != nil || r.count() != 1 {
		t.Errorf("kept %v, counted %d", kept, r.count())
	}
	if d, err := r.Delivery(t.Context(), event.DeliveryRef{Action: "act", Event: "evt_2"}); err != nil || d.Attempts != 1 || d.Owner == "" {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestTheSecondMessageForAnEventReadsForItself(t *testing.T) {
	r := newRig(t)
	r.stored(1)
	if kept := r.batch(r.process(add), "evt_1", "evt_2", "evt_1"); kept != nil || r.runs != 2 || r.count() != 2 {
		t.Errorf("kept %v, %d runs, counted %d", kept, r.runs, r.count())
	}
}

func TestAMessageThatIsReceivedAgainClaimsInABatch(t *testing.T) {
	r := newRig(t)
	r.stored(2)
	calls := r.calls()
	if kept := r.batch(r.process(nothing), "evt_1", "evt_2", "evt_3 again"); kept != nil {
		t.Errorf("kept %v", kept)
	}
	if got := strings.Join(*calls, " "); got != "Begin Commit Commit Begin Claim Commit" {
		t.Errorf("calls %s", got)
	}
}

func TestARecordWithAnOwnerIsReadWhenItsTurnComes(t *testing.T) {
	r, q := newRig(t), queue{}
	r.stored(1)
	h := r.process(func(context.Context, *delivery.Attempt) error { return event.RetryAfter(errDown, time.Minute) })
	h.Queue = &q
	r.batch(h, "evt_2")
	r.now = r.now.Add(time.Minute)
	calls := r.calls()
	h.Run = nothing
	if kept := r.batch(h, "evt_1", "evt_2"); kept != nil {
		t.Errorf("kept %v", kept)
	}
	if got := strings.Join(*calls, " "); got != "Begin Commit Begin Claim Commit" {
		t.Errorf("calls %s", got)
	}
}
