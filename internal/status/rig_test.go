package status

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
)

// noon is the clock of the tests.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// rig is a stack in memory.
type rig struct {
	testing.TB
	Sources
	store *memory.Store
	bus   *memory.Bus
	dead  memory.DeadLetters
}

func newRig(t testing.TB, actions ...string) *rig {
	t.Helper()
	r := &rig{TB: t, store: memory.New(), bus: &memory.Bus{Selects: map[string][]string{}}, dead: memory.DeadLetters{}}
	clock := func() time.Time { return noon }
	for _, name := range append([]string{"dispatch", "reconcile"}, actions...) {
		r.dead[name] = &memory.Queue{Now: clock, DeadLetter: &memory.Queue{Now: clock}}
	}
	for _, name := range actions {
		r.bus.Selects[name] = nil
	}
	r.Sources = Sources{
		Store: r.store, Ledger: r.store, Quarantine: r.store.Quarantine(), Bus: r.bus, DeadLetters: r.dead, Now: clock,
	}
	return r
}

func (r *rig) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// read is Read of a stack in which everything can be read.
func (r *rig) read() Status {
	r.Helper()
	s, err := Read(r.Context(), r.Sources)
	r.must(err)
	return s
}

// event stores an event, published for these actions; none leaves it pending.
func (r *rig) event(id string, received time.Time, actions ...string) {
	r.Helper()
	f := event.Facts{ID: id, Type: "charge.succeeded", Created: received, Received: received}
	_, err := r.store.Put(r.Context(), event.Event{Facts: f, Body: []byte("{}")}, noon.AddDate(1, 0, 0))
	r.must(err)
	if len(actions) > 0 {
		r.must(r.store.MarkPublished(r.Context(), id, actions))
	}
}

// delivery records one in the state, due at next.
func (r *rig) delivery(action, id string, s event.State, next time.Time, why string) {
	r.Helper()
	if s == event.Discarded {
		r.delivery(action, id, event.Parked, next, why)
		r.must(r.store.Discard(r.Context(), event.DeliveryRef{Action: action, Event: id}, next, "operator"))
		return
	}
	r.must(r.store.Commit(r.Context(), event.Commit{Delivery: event.Delivery{
		Event: id, Action: action, State: s, Owner: "o", Next: next, Updated: next, Error: why,
	}}))
}

// cursor writes a cursor as a sweep does.
func (r *rig) cursor(key string, at any) {
	r.Helper()
	data, err := json.Marshal(at)
	r.must(err)
	row, err := r.store.Load(r.Context(), "cursors", key)
	r.must(err)
	r.must(r.store.Write(r.Context(), event.Write{Table: "cursors", Key: key, Version: row.Version, Data: data}))
}

// swept writes that both sweeps over the events are complete to this time, with what
// they left and counted in the first shard.
func (r *rig) swept(to time.Time, left []string, subscribed map[string]int) {
	r.Helper()
	for n := range event.ReceiptShards {
		at := map[string]any{"at": event.Position{At: to}}
		if n == 0 {
			at["left"] = left
		}
		r.cursor(fmt.Sprintf("pending/%02d", n), at)
		if n == 0 {
			at["subscribed"] = subscribed
		}
		r.cursor(fmt.Sprintf("unrecorded/%02d", n), at)
	}
}

func same[T any](t *testing.T, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("not as expected (-want +got):\n%s", diff)
	}
}

func number(n int) *int { return &n }
