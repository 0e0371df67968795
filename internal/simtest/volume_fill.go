package simtest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// fill puts everything into the store that reconcile is to find.
func (f *flood) fill() {
	for n := range f.volume.Pending {
		f.put(fmt.Sprintf("evt_pending_%06d", n), n, f.volume.Pending)
	}
	for n := range f.volume.Unrecorded {
		id := fmt.Sprintf("evt_unrecorded_%06d", n)
		f.put(id, n, f.volume.Unrecorded)
		must(f.store.MarkPublished(context.Background(), id, floodActions))
	}
	for n := range f.volume.Due / len(floodActions) {
		id := fmt.Sprintf("evt_due_%06d", n)
		f.put(id, n, f.volume.Due/len(floodActions))
		must(f.store.MarkPublished(context.Background(), id, floodActions))
		for _, name := range floodActions {
			must(f.store.Ensure(context.Background(), event.Ensured{
				DeliveryRef: event.DeliveryRef{Action: name, Event: id}, Now: begin.Add(-2 * time.Hour), Expires: begin.Add(retention),
			}))
		}
	}
}

// put stores the nth of so many events, over the ten hours before the last three.
func (f *flood) put(id string, n, of int) {
	at := begin.Add(-13 * time.Hour).Add(10 * time.Hour * time.Duration(n) / time.Duration(of))
	e := event.Event{Body: []byte("{}"), Facts: event.Facts{ID: id, Type: "charge.succeeded", Created: at.Truncate(time.Second), Received: at, Endpoint: "default"}}
	_, err := f.store.Put(context.Background(), e, begin.Add(retention))
	must(err)
}

func must(err error) {
	if err != nil {
		panic(err) // the store has no faults yet
	}
}

// deliver is a rule's target.
func (f *flood) deliver(_ context.Context, action string, e event.Envelope) error {
	f.sent[event.DeliveryRef{Action: action, Event: e.ID}]++
	f.waiting[action] = append(f.waiting[action], e.ID)
	return nil
}

// Backlog implements reconcile.Queues.
func (f *flood) Backlog(_ context.Context, action string) (b event.Backlog, err error) {
	return event.Backlog{Messages: len(f.waiting[action])}, f.io(op("Backlog", action), func() {})
}

// dispatch publishes what reconcile stored from Stripe's list, as the function does.
func (f *flood) dispatch() {
	f.look(func(ctx context.Context) {
		for _, c := range f.store.Changes(f.position, maxChanges) {
			f.position = c.Seq
			if !strings.HasPrefix(c.Stored.ID, "evt_missed_") {
				continue
			}
			for _, name := range floodActions {
				must(f.deliver(ctx, name, event.Envelope{Facts: c.Stored.Facts}))
			}
			must(f.store.MarkPublished(ctx, c.Stored.ID, floodActions))
		}
	})
}

// capacity is how many messages an action does in a minute: ten functions, 100 ms each.
const capacity = 6000

// work lets an action do what waits for it.
func (f *flood) work(action string) {
	defer func(calm bool, cost time.Duration) { f.calm, f.cost = calm, cost }(f.calm, f.cost)
	f.calm, f.cost = true, 0
	todo := f.waiting[action]
	todo = todo[:min(len(todo), capacity)]
	f.waiting[action] = f.waiting[action][len(todo):]
	for _, id := range todo {
		ref := event.DeliveryRef{Action: action, Event: id}
		d := event.Delivery{Event: id, Action: action, State: event.Done, Owner: "work", Attempts: 1, First: f.now, Updated: f.now, Next: f.now, Expires: begin.Add(retention)}
		if old, ok := f.peek(ref); ok && old.State == event.Done {
			continue
		}
		must(f.world.store.Commit(context.Background(), event.Commit{Delivery: d}))
	}
}
