package bus_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/porttest"
)

func TestTheBusKeepsThePromisesOfItsPort(t *testing.T) {
	porttest.RunBus(t, func(t *testing.T, rules map[string][]string) (event.Bus, func() []event.Envelope) {
		s := &server{}
		for action, types := range rules {
			s.rules = append(s.rules, rule{Name: action, State: "ENABLED", EventPattern: pattern(action, types)})
		}
		return open(t, s), func() []event.Envelope { return s.taken }
	})
}

func TestAnEntryIsAsTheRulesExpectIt(t *testing.T) {
	s := &server{}
	if errs := open(t, s).Publish(t.Context(), []event.Envelope{envelope("evt_1")}); errs[0] != nil {
		t.Fatal(errs[0])
	}
	want := entry{
		Source: "payhooks", DetailType: "charge.refunded", EventBusName: "local", Time: 1795305600,
		Detail: `{"id":"evt_1","type":"charge.refunded","created":"2026-11-22T00:00:00Z","livemode":false,"received":"0001-01-01T00:00:00Z"}`,
	}
	if diff := cmp.Diff([][]entry{{want}}, s.chunks); diff != "" {
		t.Fatal(diff)
	}
}

func TestEntriesAreChunkedAndOneRefusalBlocksNone(t *testing.T) {
	s := &server{refuse: func(id string) bool { return id == "evt_7" }}
	var es []event.Envelope
	for i := range 23 {
		es = append(es, envelope(fmt.Sprint("evt_", i)))
	}
	for i, err := range open(t, s).Publish(t.Context(), es) {
		if (err != nil) != (i == 7) {
			t.Errorf("envelope %d: error is %v", i, err)
		}
	}
	var sizes []int
	for _, c := range s.chunks { // several at once, in any order
		sizes = append(sizes, len(c))
	}
	if slices.Sort(sizes); !slices.Equal(sizes, []int{3, 10, 10}) || len(s.taken) != 22 {
		t.Fatalf("chunks of %v, %d taken", sizes, len(s.taken))
	}
}

func TestAChunkStaysBelowTheBytesOfOneRequest(t *testing.T) {
	s := &server{}
	var es []event.Envelope
	for i := range 9 {
		e := envelope(fmt.Sprint("evt_", i))
		e.Status = strings.Repeat("s", 60<<10)
		es = append(es, e)
	}
	es[4].Status = strings.Repeat("s", 300<<10)
	for i, err := range open(t, s).Publish(t.Context(), es) {
		if i == 4 && !errors.Is(err, event.ErrInvalid) || i != 4 && err != nil {
			t.Errorf("envelope %d: error is %v", i, err)
		}
	}
	for _, c := range s.chunks {
		size := 0
		for _, e := range c {
			size += len(e.Detail)
		}
		if size >= 256<<10 {
			t.Errorf("a chunk of %d bytes", size)
		}
	}
	if len(s.chunks) != 2 || len(s.taken) != 8 {
		t.Fatalf("%d chunks, %d taken", len(s.chunks), len(s.taken))
	}
}

func TestAFailedRequestIsTheErrorOfEachOfItsEntries(t *testing.T) {
	s := &server{down: true}
	for _, err := range open(t, s).Publish(t.Context(), []event.Envelope{envelope("evt_1"), envelope("evt_2")}) {
		if err == nil || errors.Is(err, event.ErrInvalid) {
			t.Errorf("error is %v", err)
		}
	}
}

func TestAPingHasNoSubscribers(t *testing.T) {
	b := open(t, &server{rules: []rule{{Name: "a", State: "ENABLED", EventPattern: pattern("a", nil)}}})
	e := envelope("evt_1")
	for kind, want := range map[string]int{event.ThinPing: 0, "charge.refunded": 1} {
		e.Type = kind
		if got, err := b.Subscribers(t.Context(), e); err != nil || len(got) != want {
			t.Errorf("%s: subscribers %v, error %v", kind, got, err)
		}
	}
}

func TestThinEventIsFetchedForAYoungerRuleThanTheList(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	s := &server{}
	b := open(t, s)
	b.Now = func() time.Time { return now }
	if got, err := event.FetchFor(t.Context(), b, envelope("evt_1")); err != nil || len(got) != 0 {
		t.Fatalf("subscribers %v, error %v", got, err)
	}
	s.rules = []rule{{Name: "new", State: "ENABLED", EventPattern: pattern("new", nil)}}
	now = now.Add(5 * time.Second)
	if got, err := event.FetchFor(t.Context(), b, envelope("evt_2")); err != nil || !slices.Equal(got, []string{"new"}) {
		t.Errorf("subscribers %v, error %v", got, err)
	}
}
