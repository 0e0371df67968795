package dispatch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/dispatch"
	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/reconcile"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// rig is a dispatcher over a store and a bus in memory.
type rig struct {
	*dispatch.Dispatcher
	store *memory.Store
	bus   *memory.Bus
	t     *testing.T
}

func newRig(t *testing.T) *rig {
	store := memory.New()
	bus := &memory.Bus{Selects: map[string][]string{"update-order": {"charge.succeeded"}, "send-receipt": {"charge.succeeded"}, "other": {"payout.paid"}}}
	return &rig{&dispatch.Dispatcher{
		Store: store, Quarantine: store.Quarantine(), Bus: bus, Decode: dynamo.FromImage, Retention: time.Hour,
		Now: func() time.Time { return now }, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}, store, bus, t}
}

// put stores n events and returns their stream records.
func (r *rig) put(n int) []events.DynamoDBEventRecord {
	r.t.Helper()
	for i := range n {
		e := event.Event{Body: []byte(`{"data":{"object":{}}}`), Facts: event.Facts{ID: fmt.Sprintf("evt_%03d", i), Type: "charge.succeeded", Created: now, Received: now, Endpoint: "default"}}
		if _, err := r.store.Put(r.t.Context(), e, now.Add(time.Hour)); err != nil {
			r.t.Fatal(err)
		}
	}
	var records []events.DynamoDBEventRecord
	for _, c := range r.store.Changes(0, 1000) {
		records = append(records, events.DynamoDBEventRecord{Change: events.DynamoDBStreamRecord{
			SequenceNumber: c.SequenceNumber(), NewImage: dynamo.NewImage(c.Stored),
		}})
	}
	return records
}

func (r *rig) handle(records []events.DynamoDBEventRecord) []string {
	r.t.Helper()
	in, err := json.Marshal(events.DynamoDBEvent{Records: records}) // as Lambda hands it over
	if err != nil {
		r.t.Fatal(err)
	}
	answer, err := r.Invoke(r.t.Context(), in)
	if err != nil {
		r.t.Fatal(err)
	}
	var out events.DynamoDBEventResponse
	if err := json.Unmarshal(answer, &out); err != nil {
		r.t.Fatal(err)
	}
	var failed []string
	for _, f := range out.BatchItemFailures {
		failed = append(failed, f.ItemIdentifier)
	}
	return failed
}

func (r *rig) stored(id string) event.Stored {
	r.t.Helper()
	s, err := r.store.Get(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

func TestANewEventIsPublishedAndOwedToThoseWhoWantIt(t *testing.T) {
	r := newRig(t)
	if failed := r.handle(r.put(1)); failed != nil {
		t.Fatalf("failed: %v", failed)
	}
	s := r.stored("evt_000")
	if s.Pending || !slices.Equal(s.Subscribers, []string{"send-receipt", "update-order"}) {
		t.Fatalf("pending %t, wanted %v", s.Pending, s.Subscribers)
	}
	if es := r.bus.Published(); len(es) != 1 || es[0].ID != "evt_000" || es[0].Only != "" {
		t.Fatalf("published %+v", es)
	}
}

func TestAPoisonRecordDoesNotHoldUpTheOthers(t *testing.T) {
	r := newRig(t)
	records := r.put(100)
	records[40].Change.NewImage["created"] = events.NewBooleanAttribute(true)
	r.store.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "Get" && op.Key == "evt_040" {
			return memory.Refuse(fmt.Errorf("attribute created: %w", event.ErrInvalid))
		}
		return memory.Fault{}
	}
	if failed := r.handle(records); failed != nil {
		t.Fatalf("the shard does not move on: %v", failed)
	}
	if n := len(r.bus.Published()); n != 99 {
		t.Fatalf("published %d, want 99", n)
	}
	q, err := r.store.Quarantine().Get(t.Context(), "default", "evt_040")
	if err != nil || !strings.Contains(q.Reason, "attribute created") {
		t.Fatalf("quarantine: %+v %v", q, err)
	}
	if r.store.Fault = nil; r.stored("evt_040").Pending {
		t.Fatal("the event is still pending: it would be published again for ever")
	}
}

func TestABadImageOfAGoodEventIsPublishedFromTheStore(t *testing.T) {
	r := newRig(t)
	records := r.put(1)
	records[0].Change.NewImage["livemode"] = events.NewStringAttribute("yes")
	if failed := r.handle(records); failed != nil || r.stored("evt_000").Pending {
		t.Fatalf("failed %v, pending %t", failed, r.stored("evt_000").Pending)
	}
}

func TestARecordWithoutAnIDFailsByItsSequenceNumber(t *testing.T) {
	r := newRig(t)
	records := r.put(3)
	records[1].Change.NewImage["id"] = events.NewNumberAttribute("7")
	want := records[1].Change.SequenceNumber
	if failed := r.handle(records); !slices.Equal(failed, []string{want}) {
		t.Fatalf("failed %v, want [%s]", failed, want)
	}
}

func TestAFailureNeverNamesAnEmptyPosition(t *testing.T) {
	r := newRig(t)
	records := r.put(1)
	records[0].Change.SequenceNumber = ""
	r.bus.Fault = func(memory.Op) memory.Fault { return memory.Refuse(errors.New("down")) }
	out, err := r.Handle(t.Context(), events.DynamoDBEvent{Records: records})
	if err == nil || len(out.BatchItemFailures) != 0 {
		t.Fatalf("got %+v and %v, want an error for the whole batch", out, err)
	}
}

func TestOnlyTheRefusedEntryIsRetried(t *testing.T) {
	r := newRig(t)
	records := r.put(25)
	r.bus.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "Publish" && op.Key == "evt_007" {
			return memory.Refuse(errors.New("throttled"))
		}
		return memory.Fault{}
	}
	if failed := r.handle(records); !slices.Equal(failed, []string{records[7].Change.SequenceNumber}) {
		t.Fatalf("failed %v, want the eighth alone", failed)
	}
	if !r.stored("evt_007").Pending || r.stored("evt_008").Pending {
		t.Fatal("the refused event must stay pending, and only that one")
	}
}

func TestRemovalsAndOurOwnUpdatesCallForNothing(t *testing.T) {
	r := newRig(t)
	records := r.put(2)
	records[0].Change.NewImage = nil
	delete(records[1].Change.NewImage, "pending")
	if failed := r.handle(records); failed != nil || len(r.bus.Published()) != 0 {
		t.Fatalf("failed %v, published %v", failed, r.bus.Published())
	}
}

func TestAnEventRemovedInBetweenIsNoFailure(t *testing.T) {
	r := newRig(t)
	records := r.put(1)
	r.store.Expire(now.Add(24 * time.Hour))
	if failed := r.handle(records); failed != nil {
		t.Fatalf("failed: %v", failed)
	}
}

func TestRow79EventsArePublishedOnceWhileRulesCannotBeListed(t *testing.T) {
	r := newRig(t)
	records := r.put(20)
	r.bus.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "Subscribers" {
			return memory.Refuse(errors.New("AccessDenied"))
		}
		return memory.Fault{}
	}
	if failed := r.handle(records); failed != nil || len(r.bus.Published()) != 20 {
		t.Fatalf("failed %v, published %d", failed, len(r.bus.Published()))
	}
	if s := r.stored("evt_007"); !s.Pending || !s.OnBus {
		t.Fatalf("pending %t, on the bus %t", s.Pending, s.OnBus)
	}
	r.bus.Fault = nil
	sweeps := reconcile.Sweeps{
		Ledger: r.store, Pending: &reconcile.Pending{Store: r.store, Ledger: r.store, Bus: r.bus},
		Now: func() time.Time { return now.Add(16 * time.Minute) }, Log: r.Log,
	}
	if _, err := sweeps.Run(t.Context(), reconcile.Request{}); err != nil {
		t.Fatal(err)
	}
	if s := r.stored("evt_007"); s.Pending || len(s.Subscribers) != 2 || len(r.bus.Published()) != 20 {
		t.Fatalf("pending %t, subscribers %v, published %d", s.Pending, s.Subscribers, len(r.bus.Published()))
	}
}

func TestRow82OldRecordsOfPublishedEventsAreDropped(t *testing.T) {
	r := newRig(t)
	r.handle(r.put(250)[:200])
	if err := r.store.MarkOnBus(t.Context(), "evt_249"); err != nil {
		t.Fatal(err)
	}
	records := r.put(0)
	for i := range records {
		records[i].Change.ApproximateCreationDateTime = events.SecondsEpochTime{Time: now.Add(-61 * time.Second)}
	}
	var requests int
	r.store.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "Events" {
			requests++
		}
		return memory.Fault{}
	}
	if failed := r.handle(records); failed != nil || len(r.bus.Published()) != 249 || requests != 1 {
		t.Fatalf("failed %v, published %d in all, %d look-ups", failed, len(r.bus.Published()), requests)
	}
	r.store.Fault = func(memory.Op) memory.Fault { return memory.Refuse(memory.ErrUnavailable) }
	if failed := r.handle(records[:2]); len(failed) != 2 {
		t.Fatalf("failed %v, expected both to be retried", failed)
	}
}

// odd is a store that cannot read one event.
type odd struct {
	event.Store
	id string
}

func (o odd) Events(ctx context.Context, ids []string) (map[string]event.Stored, error) {
	found, err := o.Store.Events(ctx, ids)
	delete(found, o.id)
	return found, errors.Join(err, event.ErrInvalid)
}

func TestOldRecordWhoseEventCannotBeReadIsPublished(t *testing.T) {
	r := newRig(t)
	records := r.put(2)
	for i := range records {
		records[i].Change.ApproximateCreationDateTime = events.SecondsEpochTime{Time: now.Add(-time.Hour)}
	}
	r.Store = odd{r.store, "evt_001"}
	if failed := r.handle(records); failed != nil || len(r.bus.Published()) != 2 {
		t.Fatalf("failed %v, published %d", failed, len(r.bus.Published()))
	}
}

func TestTimeIsOverBeforeAllSubscribersAreRecorded(t *testing.T) {
	r := newRig(t)
	records := r.put(100)
	ctx, cancel := context.WithCancel(t.Context())
	r.store.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "MarkPublished" {
			cancel()
		}
		return memory.Fault{}
	}
	out, err := r.Handle(ctx, events.DynamoDBEvent{Records: records})
	if err != nil {
		t.Fatal(err)
	}
	failed := map[string]bool{}
	for _, f := range out.BatchItemFailures {
		failed[f.ItemIdentifier] = true
	}
	for i, record := range records {
		if s := r.stored(fmt.Sprintf("evt_%03d", i)); s.Pending != failed[record.Change.SequenceNumber] {
			t.Fatalf("%s: pending %t, reported %t", s.ID, s.Pending, failed[record.Change.SequenceNumber])
		}
	}
}
