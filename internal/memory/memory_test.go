package memory_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/porttest"
)

func TestStoreKeepsThePortsPromises(t *testing.T) {
	porttest.Run(t, func(*testing.T) porttest.Ports {
		s := memory.New()
		s.Attempts = 3
		var armed atomic.Bool
		s.Fault = func(memory.Op) memory.Fault {
			if armed.CompareAndSwap(true, false) {
				return memory.LoseReply(memory.ErrUnavailable)
			}
			return memory.Fault{}
		}
		copies := &memory.Copies{Store: s, Stack: "memory", PageSize: 2}
		return porttest.Ports{
			Store: s, Erasure: s, Quarantine: s.Quarantine(), Ledger: s, LoseReply: func() { armed.Store(true) }, Copies: copies, Stack: copies.Stack,
			Copy: func(_ *testing.T, table string) string {
				return copies.Make(table+" copied", table).Name
			},
			Lose: func(_ *testing.T, table, id string) { copies.Lose(table, id) },
		}
	})
}

func TestBusKeepsItsPortsPromises(t *testing.T) {
	porttest.RunBus(t, func(_ *testing.T, rules map[string][]string) (event.Bus, func() []event.Envelope) {
		b := &memory.Bus{Selects: rules}
		return b, b.Published
	})
}

func TestRefusedBusEntryDelaysNoOther(t *testing.T) {
	var handled []string
	b := &memory.Bus{
		Selects: map[string][]string{"b": nil, "a": {"ping"}},
		Handle: func(_ context.Context, action string, e event.Envelope) error {
			handled = append(handled, action+" "+e.ID)
			return nil
		},
		Fault: func(op memory.Op) memory.Fault {
			if op == (memory.Op{Name: "Publish", Key: "evt_2"}) {
				return memory.Refuse(memory.ErrUnavailable)
			}
			return memory.Fault{}
		},
	}
	envelope := func(id string) event.Envelope { return event.Envelope{Facts: event.Facts{ID: id, Type: "ping"}} }
	errs := b.Publish(t.Context(), []event.Envelope{envelope("evt_1"), envelope("evt_2"), envelope("evt_3")})
	if errs[0] != nil || !errors.Is(errs[1], memory.ErrUnavailable) || errs[2] != nil {
		t.Fatalf("errors are %v", errs)
	}
	if got, want := len(handled), 4; got != want || handled[0] != "a evt_1" || handled[3] != "b evt_3" {
		t.Fatalf("handled %v", handled)
	}
}

func TestDisabledRuleSelectsAndHandlesNothing(t *testing.T) {
	var handled []string
	b := &memory.Bus{
		Selects: map[string][]string{"a": nil, "b": nil}, Disabled: map[string]bool{"a": true},
		Handle: func(_ context.Context, action string, _ event.Envelope) error {
			handled = append(handled, action)
			return nil
		},
	}
	e := event.Envelope{Facts: event.Facts{ID: "evt_1", Type: "ping"}}
	got, err := b.Subscribers(t.Context(), e)
	must(t, err)
	if !slices.Equal(got, []string{"a", "b"}) {
		t.Fatalf("subscribers are %v", got)
	}
	if errs := b.Publish(t.Context(), []event.Envelope{e}); errs[0] != nil || !slices.Equal(handled, []string{"b"}) {
		t.Fatalf("handled by %v, error %v", handled, errs[0])
	}
}

func TestFeedHasOneRecordPerStoredEvent(t *testing.T) {
	s := memory.New()
	for _, id := range []string{"evt_1", "evt_1", "evt_2"} {
		if _, err := s.Put(t.Context(), event.Event{Facts: event.Facts{ID: id, Type: "ping"}, Body: []byte("{}")}, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	must(t, s.MarkPublished(t.Context(), "evt_1", []string{"a"}))
	cs := s.Changes(0, 10)
	if len(cs) != 2 || cs[0].Stored.ID != "evt_1" || !cs[0].Stored.Pending || cs[0].SequenceNumber() >= cs[1].SequenceNumber() {
		t.Fatalf("changes are %+v", cs)
	}
	if cs[0].Stored.Body != nil {
		t.Fatal("a change carries the body")
	}
	if got := s.Changes(cs[0].Seq, 1); len(got) != 1 || got[0].Seq != cs[1].Seq {
		t.Fatalf("after the first: %+v", got)
	}
	s.Trim(cs[0].Seq)
	if got := s.Changes(0, 10); len(got) != 1 || got[0].Seq != cs[1].Seq {
		t.Fatalf("after a trim: %+v", got)
	}
}

func TestFaultBeforeHasNoEffectAndAfterLosesTheReply(t *testing.T) {
	s := memory.New()
	e := event.Event{Facts: event.Facts{ID: "evt_1", Type: "ping"}}
	refused := errors.New("refused")
	s.Fault = func(memory.Op) memory.Fault { return memory.Refuse(refused) }
	if _, err := s.Put(t.Context(), e, time.Time{}); !errors.Is(err, refused) || len(s.Changes(0, 9)) != 0 {
		t.Fatalf("before: error %v, changes %v", err, s.Changes(0, 9))
	}
	s.Fault = func(memory.Op) memory.Fault { return memory.LoseReply(refused) }
	if _, err := s.Put(t.Context(), e, time.Time{}); !errors.Is(err, refused) || len(s.Changes(0, 9)) != 1 {
		t.Fatalf("after: error %v, changes %v", err, s.Changes(0, 9))
	}
}

func TestCrashAtAnyIOLeavesTheStoreUsable(t *testing.T) {
	s := memory.New()
	e := event.Event{Facts: event.Facts{ID: "evt_1", Type: "ping"}}
	crash := func() error { panic("crash") }
	for _, f := range []memory.Fault{{Before: crash}, {After: crash}} {
		s.Fault = func(memory.Op) memory.Fault { return f }
		func() {
			defer func() { _ = recover() }()
			_, err := s.Put(t.Context(), e, time.Time{})
			t.Errorf("no crash: %v", err)
		}()
	}
	s.Fault = nil
	if _, err := s.Get(t.Context(), "evt_1"); err != nil {
		t.Fatal(err)
	}
}

func TestStaleIndexHidesAnEventThatGetReturns(t *testing.T) {
	s := memory.New()
	s.Stale = func(id string) bool { return id == "evt_1" }
	for _, id := range []string{"evt_1", "evt_2"} {
		if _, err := s.Put(t.Context(), event.Event{Facts: event.Facts{ID: id, Subject: "pi_1"}}, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	fs, err := s.Related(t.Context(), event.Scope{}, "pi_1")
	must(t, err)
	if len(fs) != 1 || fs[0].ID != "evt_2" {
		t.Fatalf("related: %+v", fs)
	}
	_, err = s.Get(t.Context(), "evt_1")
	must(t, err)
}

func TestExpireDeletesWithoutAChange(t *testing.T) {
	s := memory.New()
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	_, err := s.Put(t.Context(), event.Event{Facts: event.Facts{ID: "evt_1"}}, now)
	must(t, err)
	_, err = s.Put(t.Context(), event.Event{Facts: event.Facts{ID: "evt_2"}}, now.Add(time.Second))
	must(t, err)
	ref := event.DeliveryRef{Action: "a", Event: "evt_1"}
	effect := event.Effect{EffectRef: event.EffectRef{Action: "a", Key: "k"}, Expires: now}
	_, err = s.Remember(t.Context(), effect)
	must(t, err)
	must(t, s.Ensure(t.Context(), event.Ensured{DeliveryRef: ref, Now: now, Expires: now}))
	must(t, s.Quarantine().Put(t.Context(), event.Quarantined{Endpoint: "default", ID: "evt_3", Expires: now}))
	before := len(s.Changes(0, 9))
	s.Expire(now)
	_, expired := s.Get(t.Context(), "evt_1")
	_, kept := s.Get(t.Context(), "evt_2")
	_, delivery := s.Delivery(t.Context(), ref)
	_, held := s.Quarantine().Get(t.Context(), "default", "evt_3")
	_, remembered := s.Effect(t.Context(), effect.EffectRef)
	if !errors.Is(expired, event.ErrNotFound) || !errors.Is(remembered, event.ErrNotFound) || kept != nil || !errors.Is(delivery, event.ErrNotFound) || !errors.Is(held, event.ErrNotFound) {
		t.Fatalf("errors are %v, %v, %v, %v, %v", expired, kept, delivery, held, remembered)
	}
	if len(s.Changes(0, 9)) != before {
		t.Fatal("expiry made a change")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
