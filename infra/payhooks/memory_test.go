package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
)

// memoryTables are the stack's tables in memory.
type memoryTables struct{ *memory.Store }

func (memoryTables) Since(context.Context) (time.Time, error) { return time.Time{}, nil }

// sentLog has how often each event was sent to each action.
type sentLog struct {
	mu    sync.Mutex
	times map[event.DeliveryRef]int
}

func (s *sentLog) take(_ context.Context, action string, e event.Envelope) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.times[event.DeliveryRef{Action: action, Event: e.ID}]++
	return nil
}

// of are the events that were sent to the action, and how often.
func (s *sentLog) of(action string) map[string]int {
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

// desk is a connection to a stack in memory.
type desk struct {
	*connection
	t     *testing.T
	store *memory.Store
	sent  *sentLog
}

// newDesk is a desk with n charges that the bus has had, received one a second
// until now. Without names receipts is the only action.
func newDesk(t *testing.T, n int, actions ...string) *desk {
	t.Helper()
	if len(actions) == 0 {
		actions = []string{receipts}
	}
	d := &desk{t: t, store: memory.New(), sent: &sentLog{times: map[event.DeliveryRef]int{}}}
	selects := map[string][]string{}
	for _, action := range actions {
		selects[action] = nil
	}
	bus := &memory.Bus{Selects: selects, Handle: d.sent.take}
	d.connection = &connection{Stack: "memory", Tables: memoryTables{d.store}, Bus: bus}
	for i := range n {
		at := time.Now().Add(-time.Duration(n-i) * time.Second)
		d.put(event.Facts{ID: fmt.Sprintf("evt_%05d", i), Type: "charge.succeeded", Created: at, Received: at}, at.AddDate(1, 0, 0), actions...)
	}
	return d
}

// put stores an event, published to the subscribers if there are any.
func (d *desk) put(f event.Facts, expires time.Time, subscribers ...string) {
	d.t.Helper()
	_, err := d.store.Put(d.t.Context(), event.Event{Facts: f, Body: []byte("{}")}, expires)
	if err == nil && len(subscribers) > 0 {
		err = d.store.MarkPublished(d.t.Context(), f.ID, subscribers)
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

// deliver ends one attempt of an event for an action as end says.
func (d *desk) deliver(id, action string, end func(*event.Delivery)) {
	d.t.Helper()
	now := time.Now()
	ref := event.DeliveryRef{Action: action, Event: id}
	del, err := d.store.Claim(d.t.Context(), event.Claim{DeliveryRef: ref, Owner: "a", Now: now, Lease: now.Add(time.Minute)})
	if end(&del); err == nil {
		del.Lease, del.Updated = time.Time{}, now
		err = d.store.Commit(d.t.Context(), event.Commit{Delivery: del, Claimed: true})
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

// record returns the delivery of an event to an action.
func (d *desk) record(id, action string) event.Delivery {
	d.t.Helper()
	del, err := d.store.Delivery(d.t.Context(), event.DeliveryRef{Action: action, Event: id})
	if err != nil {
		d.t.Fatal(err)
	}
	return del
}

// calls counts the store's calls of one name from now on.
func (d *desk) calls(name string) *int {
	var mu sync.Mutex
	n := new(int)
	d.store.Fault = func(op memory.Op) memory.Fault {
		mu.Lock()
		defer mu.Unlock()
		if op.Name == name {
			*n++
		}
		return memory.Fault{}
	}
	return n
}

// replay runs a replay's command line until ctx ends.
func (d *desk) replay(ctx context.Context, words ...string) (r *replay, progress string, err error) {
	r = &replay{connection: d.connection, now: time.Now(), line: words}
	var out, errs bytes.Buffer
	var dry bool
	cmd := &cobra.Command{RunE: func(cmd *cobra.Command, args []string) error {
		r.ids = args
		if err := r.check(); err != nil {
			return err
		}
		return r.run(cmd, !dry, 20)
	}}
	cmd.SetArgs(slices.DeleteFunc(slices.Clone(words[2:]), func(w string) bool { return w == "--yes" }))
	cmd.SetOut(&out)
	cmd.SetErr(&errs)
	r.flags(cmd)
	cmd.Flags().StringVar(&r.resume, "resume", "", "")
	cmd.Flags().BoolVar(&r.again, "again", false, "")
	cmd.Flags().BoolVar(&r.stale, "stale", false, "")
	cmd.Flags().BoolVar(&dry, "dry", false, "")
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err = cmd.ExecuteContext(ctx)
	return r, errs.String(), err
}
