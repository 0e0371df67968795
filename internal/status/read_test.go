package status

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
)

// calls counts the I/Os of a stack by name.
func (r *rig) calls() func() map[string]int {
	var mu sync.Mutex
	all := map[string]int{}
	count := func(op memory.Op) memory.Fault {
		mu.Lock()
		defer mu.Unlock()
		all[op.Name]++
		return memory.Fault{}
	}
	r.store.Fault, r.bus.Fault = count, count
	return func() map[string]int { return all }
}

func TestSmallStackIsReadWithFewCalls(t *testing.T) {
	r := newRig(t, "a", "b")
	r.swept(noon.Add(-20*time.Minute), nil, nil)
	for i := range 50 {
		id := fmt.Sprintf("evt_%d", i)
		r.event(id, noon.Add(-time.Duration(i)*time.Second), "a", "b")
		r.delivery("a", id, event.Done, noon, "")
	}
	r.delivery("b", "evt_1", event.Parked, noon, "why")
	calls := r.calls()
	r.read()
	same(t, map[string]int{"Rules": 1, "Scan": 1, "Received": 8, "Unfinished": 4 * 32, "Quarantine.List": 1, "Deliveries": 1}, calls())
	calls = r.calls()
	_, err := Count(r.Context(), r.Sources)
	r.must(err)
	same(t, map[string]int{"Rules": 1, "Scan": 1, "Received": 8, "Unfinished": 3 * 32, "Quarantine.List": 1}, calls())
}

func TestUnreachableSourceHidesNoOther(t *testing.T) {
	for op, source := range map[string]Source{
		"Rules": SourceRules, "Unfinished": SourceDeliveries, "Received": SourceEvents, "Scan": SourceEvents, "Quarantine.List": SourceQuarantine,
	} {
		t.Run(op, func(t *testing.T) {
			r := newRig(t, "a")
			r.delivery("a", "evt_1", event.Parked, noon, "why")
			r.event("evt_1", noon)
			r.must(r.Quarantine.Put(r.Context(), event.Quarantined{Endpoint: "default", ID: "evt_2", Received: noon}))
			r.must(r.dead["a"].DeadLetter.Send(r.Context(), "{}", 0))
			down := func(o memory.Op) memory.Fault {
				if o.Name == op {
					return memory.Refuse(memory.ErrUnavailable)
				}
				return memory.Fault{}
			}
			r.store.Fault, r.bus.Fault = down, down
			got, err := Read(t.Context(), r.Sources)
			if !errors.Is(err, memory.ErrUnavailable) {
				t.Fatalf("error %v", err)
			}
			same(t, []Source{source}, got.Unread)
			for part, there := range map[Source]bool{
				SourceDeliveries: got.Total().Parked == 1, SourceEvents: got.Pending != nil && *got.Pending == 1,
				SourceQuarantine: got.Quarantined != nil && *got.Quarantined == 1, SourceDeadLetters: got.Dead != nil && *got.Dead == 1,
			} {
				if there == (part == source) {
					t.Errorf("%s is there: %t", part, there)
				}
			}
			if done := len(got.Actions) > 0 && got.Actions[0].Done != nil; done != (source != SourceDeliveries && source != SourceEvents) {
				t.Errorf("done is there: %t", done)
			}
		})
	}
}

func TestUnreachableDeadLettersAndRefusedAreNamed(t *testing.T) {
	r := newRig(t, "a")
	delete(r.dead, "dispatch")
	r.DeadLetters = downLetters{r.dead}
	r.Refused = func(context.Context) (int, error) { return 0, memory.ErrUnavailable }
	got, err := Read(t.Context(), r.Sources)
	if err == nil || !strings.Contains(err.Error(), "dead letters") || !strings.Contains(err.Error(), "refused requests") {
		t.Errorf("error %v", err)
	}
	if got.Dead != nil || got.Refused != nil || got.Pending == nil {
		t.Errorf("%+v", got)
	}
	same(t, []Source{SourceDeadLetters, SourceRefused}, got.Unread)
}

// downLetters cannot be counted.
type downLetters struct{ memory.DeadLetters }

func (downLetters) Depth(context.Context, string) (int, error) { return 0, memory.ErrUnavailable }

func TestUnreadableEventIsNamedAndHidesNothing(t *testing.T) {
	r := newRig(t, "a")
	r.event("evt_1", noon)
	r.Store = oddStore{r.store}
	got, err := Read(t.Context(), r.Sources)
	if !errors.Is(err, event.ErrInvalid) || got.Pending == nil || *got.Pending != 1 || len(got.Unread) != 0 {
		t.Errorf("%+v, error %v", got, err)
	}
}

// oddStore has an event that cannot be read on every page.
type oddStore struct{ event.Store }

func (o oddStore) Received(ctx context.Context, q event.Receipts) (event.Page[event.Stored], error) {
	page, err := o.Store.Received(ctx, q)
	return page, errors.Join(err, event.ErrInvalid)
}

func TestReadingIsBoundedAndSaysSo(t *testing.T) {
	r := newRig(t, "a")
	n, id := 0, 0
	for ; n < pageSize+1; id++ { // in one partition of each index
		name := fmt.Sprintf("evt_%d", id)
		if event.Shard(name, event.UnfinishedShards) != 0 {
			continue
		}
		at := noon.Add(time.Duration(n-2*pageSize) * time.Second)
		why := "old"
		if n > pageSize-50 {
			why = "new"
		}
		r.delivery("a", name, event.Parked, at, why)
		r.must(r.Quarantine.Put(r.Context(), event.Quarantined{Endpoint: "default", ID: name, Received: at}))
		r.event(name, at)
		n++
	}
	got, err := r.Sources.read(t.Context(), depth{pages: 1, records: 10, all: true})
	r.must(err)
	total := got.Total().Parked
	if !got.AtLeast || total != pageSize || *got.Quarantined != pageSize || *got.Pending != pageSize {
		t.Errorf("%d parked, %d quarantined, %d pending, at least: %t", total, *got.Quarantined, *got.Pending, got.AtLeast)
	}
	if why := got.Actions[0].Reason; why != "new" { // 50 of the newest 100; of those that are counted 49
		t.Errorf("the reason is %q", why)
	}
	if whole := r.read(); whole.AtLeast || whole.Total().Parked != pageSize+1 {
		t.Errorf("%d parked, at least: %t", whole.Total().Parked, whole.AtLeast)
	}
}

func TestRecordsAreLookedForUpToABound(t *testing.T) {
	r := newRig(t, "a")
	for i := range 30 {
		r.event(fmt.Sprintf("evt_%d", i), noon.Add(-time.Hour), "a")
	}
	got, err := r.Sources.read(t.Context(), depth{pages: 1, records: 10})
	r.must(err)
	if !got.AtLeast || *got.Unrecorded != 10 {
		t.Errorf("%d unrecorded, at least: %t", *got.Unrecorded, got.AtLeast)
	}
}

func BenchmarkRead(b *testing.B) {
	r := newRig(b, "a", "b")
	for b.Loop() {
		if _, err := Read(b.Context(), r.Sources); err != nil {
			b.Fatal(err)
		}
	}
}
