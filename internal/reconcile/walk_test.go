package reconcile_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
)

// noSubscribers makes the bus refuse to list its rules.
func noSubscribers(op memory.Op) memory.Fault {
	if op.Name == "Publish" {
		return memory.Fault{}
	}
	return memory.Refuse(errors.New("AccessDenied"))
}

func TestRow79EventsWithoutKnownSubscribersArePublishedAndRecordedLater(t *testing.T) {
	r := newRig(t)
	for i := range 50 {
		r.put(fmt.Sprintf("evt_%02d", i))
	}
	if err := r.store.MarkOnBus(t.Context(), "evt_07"); err != nil { // by dispatch
		t.Fatal(err)
	}
	r.bus.Fault = noSubscribers
	for range 60 {
		r.now = r.now.Add(time.Minute)
		_, _ = r.try()
	}
	if n := len(r.bus.Published()); n != 49 {
		t.Fatalf("published %d times, want once what dispatch had not", n)
	}
	// Dispatch comes after all with one of them, and the bus loses it.
	if err := r.store.MarkPublished(t.Context(), "evt_03", []string{"send-receipt"}); err != nil {
		t.Fatal(err)
	}
	r.bus.Fault = nil
	for range 2 {
		r.now = r.now.Add(5 * time.Minute) // as long as a shard that failed is left alone
		r.sweep()
	}
	for i := range 50 {
		s, err := r.store.Get(t.Context(), fmt.Sprintf("evt_%02d", i))
		if err != nil || s.Pending || len(s.Subscribers) == 0 {
			t.Fatalf("%s: pending %t, %v, %v", s.ID, s.Pending, s.Subscribers, err)
		}
		r.delivery(s.ID, "send-receipt")
	}
}

func TestEventThatFailedIsTriedAgainAndStopsNoOther(t *testing.T) {
	r := newRig(t)
	refused := map[string]bool{"evt_03": true, "evt_41": true}
	r.bus.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "Publish" && refused[op.Key] {
			return memory.Refuse(errors.New("ThrottlingException"))
		}
		return memory.Fault{}
	}
	for i := range 50 {
		r.put(fmt.Sprintf("evt_%02d", i))
	}
	r.now = r.now.Add(time.Hour)
	if got, err := r.try(); err == nil || got.Published != 48 || len(r.standing().Left) != 2 {
		t.Fatalf("published %d, left %v, %v", got.Published, r.standing().Left, err)
	}
	r.now = r.now.Add(time.Hour)
	delete(refused, "evt_03")
	if got, err := r.try(); err == nil || got.Published != 1 || len(r.standing().Left) != 1 {
		t.Fatalf("published %d, left %v, %v", got.Published, r.standing().Left, err)
	}
	if d := r.delivery("evt_03", "send-receipt"); !d.Ensured {
		t.Errorf("%+v", d)
	}
}

func TestEventThatFailsBehindOneWithoutKnownSubscribersIsLeftOnce(t *testing.T) {
	r := newRig(t)
	for i := range 50 {
		r.put(fmt.Sprintf("evt_%02d", i))
	}
	for i := range 49 {
		if err := r.store.MarkOnBus(t.Context(), fmt.Sprintf("evt_%02d", i)); err != nil {
			t.Fatal(err)
		}
	}
	r.now = r.now.Add(time.Hour)
	r.bus.Fault = func(memory.Op) memory.Fault { return memory.Refuse(errors.New("AccessDenied")) }
	for range 10 {
		_, _ = r.try()
		r.now = r.now.Add(5 * time.Minute)
	}
	if left := r.standing().Left; len(left) != 1 {
		t.Errorf("left are %v", left)
	}
}

func TestWalkStopsBeforeTooManyThatFail(t *testing.T) {
	r := newRig(t)
	for i := range 1000 {
		r.put(fmt.Sprintf("evt_%03d", i))
	}
	r.now = r.now.Add(time.Hour)
	r.bus.Fault = func(memory.Op) memory.Fault { return memory.Refuse(memory.ErrUnavailable) }
	for range 5 {
		if _, err := r.try(); err == nil {
			t.Fatal("the bus is down, and the sweep reports nothing")
		}
		r.now = r.now.Add(5 * time.Minute)
	}
	if n := len(r.standing().Left); n > 100*event.ReceiptShards {
		t.Fatalf("%d are left", n)
	}
	r.bus.Fault = nil
	if got := r.sweep(); got.Published != 1000 {
		t.Fatalf("published %d of 1000", got.Published)
	}
}

func TestWhatTheSweepPublishedIsNotSentAgainAtOnce(t *testing.T) {
	r := newRig(t)
	r.put("evt_1")
	for range 30 {
		r.now = r.now.Add(time.Minute)
		r.sweep()
	}
	if es := r.bus.Published(); len(es) != 1 {
		t.Fatalf("%d messages within %s of the first: %+v", len(es), 15*time.Minute, es)
	}
}

func TestCursorsOfAQuietStackAreNotWritten(t *testing.T) {
	r := newRig(t)
	r.put("evt_1")
	r.sweep()
	writes := map[string]int{}
	r.store.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "Write" {
			writes[op.Key]++
		}
		return memory.Fault{}
	}
	for range 60 {
		r.now = r.now.Add(time.Minute)
		r.sweep()
	}
	total := 0
	for _, n := range writes {
		total += n
	}
	if total > 60+8*60/5+10 { // one a run, and each shard's every five minutes
		t.Errorf("%d writes in an hour: %v", total, writes)
	}
}

func TestSubscriptionsAreCountedOnce(t *testing.T) {
	r := newRig(t)
	for i := range 30 {
		r.published(fmt.Sprintf("evt_%d", i), "send-receipt", "update-order")
		r.now = r.now.Add(time.Minute)
		r.sweep()
	}
	r.now = r.now.Add(time.Hour)
	r.sweep()
	r.sweep()
	if got := r.standing().Subscribed; got["send-receipt"] != 30 || got["update-order"] != 30 {
		t.Errorf("%v", got)
	}
}
