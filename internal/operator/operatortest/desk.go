// Package operatortest has an operator over a stack in memory.
package operatortest

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/operator"
)

// Receipts is the action of a desk without named ones.
const Receipts = "send-receipt"

// Desk is an operator over a stack in memory.
type Desk struct {
	*operator.Operator
	Memory *memory.Store
	Copies *memory.Copies     // of its tables, none at first
	Queues memory.DeadLetters // each with an empty queue of dead letters
	Sent   *Sent
	t      *testing.T
}

// New is a desk on the clock, with n charges that the bus has had, received one a second until
// now, and these actions.
func New(t *testing.T, now func() time.Time, n int, actions ...string) *Desk {
	t.Helper()
	if len(actions) == 0 {
		actions = []string{Receipts}
	}
	d := &Desk{t: t, Memory: memory.New(), Sent: &Sent{times: map[event.DeliveryRef]int{}}}
	selects, queues := map[string][]string{}, memory.DeadLetters{}
	for _, action := range append([]string{"dispatch", "reconcile"}, actions...) {
		queues[action] = &memory.Queue{Now: now, DeadLetter: &memory.Queue{Now: now}}
	}
	d.Queues, d.Copies = queues, &memory.Copies{Store: d.Memory, Stack: "memory"}
	for _, action := range actions {
		selects[action] = nil
	}
	d.Operator = &operator.Operator{
		Stack: d.Copies.Stack, Store: d.Memory, Ledger: d.Memory, Quarantine: d.Memory.Quarantine(), Copies: d.Copies, Erasure: d.Memory,
		Tables: func(context.Context) ([]string, error) {
			return []string{"events", "deliveries", "quarantine", "orders"}, nil
		},
		Bus: &memory.Bus{Selects: selects, Handle: d.Sent.take}, DeadLetters: queues, Functions: memory.Functions{},
		Since: func(context.Context) (time.Time, error) { return time.Time{}, nil }, Now: now, Sleep: Sleep,
	}
	for i := range n {
		at := now().Add(-time.Duration(n-i) * time.Second)
		d.Put(event.Facts{ID: fmt.Sprintf("evt_%05d", i), Type: "charge.succeeded", Created: at, Received: at}, at.AddDate(1, 0, 0), actions...)
	}
	return d
}

// Sleep is Operator.Sleep on the clock of the test.
func Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// Put stores an event, published to the subscribers if there are any.
func (d *Desk) Put(f event.Facts, expires time.Time, subscribers ...string) {
	d.t.Helper()
	_, err := d.Memory.Put(d.t.Context(), event.Event{Facts: f, Body: []byte("{}")}, expires)
	if err == nil && len(subscribers) > 0 {
		err = d.Memory.MarkPublished(d.t.Context(), f.ID, subscribers)
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

// Deliver ends one attempt of an event for an action as end says.
func (d *Desk) Deliver(id, action string, end func(*event.Delivery)) {
	d.t.Helper()
	now := d.Now()
	ref := event.DeliveryRef{Action: action, Event: id}
	del, err := d.Memory.Claim(d.t.Context(), event.Claim{DeliveryRef: ref, Owner: "a", Now: now, Lease: now.Add(time.Minute)})
	if end(&del); err == nil {
		del.Lease, del.Updated = time.Time{}, now
		err = d.Memory.Commit(d.t.Context(), event.Commit{Delivery: del, Claimed: true})
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

// Record returns the delivery of an event to an action.
func (d *Desk) Record(id, action string) event.Delivery {
	d.t.Helper()
	del, err := d.Memory.Delivery(d.t.Context(), event.DeliveryRef{Action: action, Event: id})
	if err != nil {
		d.t.Fatal(err)
	}
	return del
}

// Calls counts the store's calls of one name from now on.
func (d *Desk) Calls(name string) *int {
	var mu sync.Mutex
	n := new(int)
	d.Memory.Fault = func(op memory.Op) memory.Fault {
		mu.Lock()
		defer mu.Unlock()
		if op.Name == name {
			*n++
		}
		return memory.Fault{}
	}
	return n
}

// CallsByName counts the store's calls by their names from now on.
func (d *Desk) CallsByName() (sofar func() map[string]int) {
	var mu sync.Mutex
	calls := map[string]int{}
	d.Memory.Fault = func(op memory.Op) memory.Fault {
		mu.Lock()
		defer mu.Unlock()
		calls[op.Name]++
		return memory.Fault{}
	}
	return func() map[string]int {
		mu.Lock()
		defer mu.Unlock()
		return maps.Clone(calls)
	}
}

// Sent counts the messages of the bus.
type Sent struct {
	mu    sync.Mutex
	times map[event.DeliveryRef]int
}

func (s *Sent) take(_ context.Context, action string, e event.Envelope) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.times[event.DeliveryRef{Action: action, Event: e.ID}]++
	return nil
}

// Times is how often each event was sent to each action.
func (s *Sent) Times() map[event.DeliveryRef]int { return s.times }

// Of is how often each event was sent to the action.
func (s *Sent) Of(action string) map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]int{}
	for ref, n := range s.times {
		if ref.Action == action {
			all[ref.Event] = n
		}
	}
	return all
}
