package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/parallel"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// slowly lets each I/O of the store and the bus take a millisecond of the rig's time.
func (r *rig) slowly() {
	hook := func(memory.Op) memory.Fault {
		return memory.Fault{Before: func() error { r.now = r.now.Add(time.Millisecond); return nil }}
	}
	r.store.Fault, r.bus.Fault = hook, hook
}

// ends is a run of which only so much time is left.
func (r *rig) ends(in time.Duration) (reconcile.Reply, error) {
	ctx := ending{parallel.InTurn(r.t.Context(), still{}), r.now.Add(in + 5*time.Second)}
	return r.Run(ctx, reconcile.Request{})
}

func TestTimeEndsWithinAPageAndNothingIsLeftOut(t *testing.T) {
	r := newRig(t)
	for n := range 2000 {
		r.put(fmt.Sprintf("evt_%04d", n))
	}
	r.now = r.now.Add(time.Hour)
	r.slowly()
	runs := 0
	for published := 0; published < 2000; runs++ {
		got, err := r.ends(time.Second)
		if err != nil || got.Published == 0 || runs > 50 {
			t.Fatalf("run %d published %d, %v", runs, got.Published, err)
		}
		published += got.Published
	}
	if n := len(r.bus.Published()); n != 2000 || runs < 5 {
		t.Errorf("%d were published in %d runs, want each once", n, runs)
	}
}

func TestDueListIsLongerThanARunAndTheNextOneContinues(t *testing.T) {
	r := newRig(t)
	r.Pending, r.Unrecorded = nil, nil
	r.queues["send-receipt"] = event.Backlog{Messages: -100_000} // room for all
	for n := range 6000 {
		id := fmt.Sprintf("evt_%04d", n)
		r.published(id, "send-receipt")
		r.ensure(id, "send-receipt")
	}
	r.now = r.now.Add(time.Hour)
	r.slowly()
	for runs := 0; len(r.bus.Published()) < 6000; runs++ {
		got, err := r.ends(time.Second)
		if err != nil || got.Sent == 0 || runs > 50 {
			t.Fatalf("run %d sent %d, %v", runs, got.Sent, err)
		}
		if n := len(r.bus.Published()); n < 6000 && got.Checked > got.Sent {
			t.Fatalf("run %d read %d entries and sent %d: it began again", runs, got.Checked, got.Sent)
		}
	}
	r.store.Fault, r.bus.Fault = nil, nil
	r.now = r.now.Add(16 * time.Minute)
	for range 2 { // the first ends the list, perhaps
		if _, err := r.try(); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(r.bus.Published()); n != 12_000 {
		t.Errorf("%d were sent in all, want each again after a quarter of an hour", n)
	}
}

// inOneShard makes n due deliveries that share a shard.
func (r *rig) inOneShard(n int) {
	r.queues["send-receipt"] = event.Backlog{Messages: -100_000} // room for all
	for i := 0; n > 0; i++ {
		id := fmt.Sprintf("evt_%06d", i)
		if event.Shard(id, event.UnfinishedShards) == 0 {
			r.published(id, "send-receipt")
			r.ensure(id, "send-receipt")
			n--
		}
	}
	r.now = r.now.Add(time.Hour)
}

func TestShardWithSeveralPagesOfDueDeliveries(t *testing.T) {
	r := newRig(t)
	r.Pending, r.Unrecorded = nil, nil
	r.inOneShard(2500)
	if got := r.sweep(); got.Sent != 2500 {
		t.Fatalf("sent %d in one run", got.Sent)
	}
	r.now = r.now.Add(16 * time.Minute)
	r.slowly()
	for runs := 0; len(r.bus.Published()) < 5000; runs++ {
		if got, err := r.ends(time.Second); err != nil || got.Sent == 0 || got.Checked > got.Sent || runs > 20 {
			t.Fatalf("run %d: %+v, %v", runs, got.DueReport, err)
		}
	}
	r.store.Fault, r.bus.Fault = nil, nil
	r.now = r.now.Add(16 * time.Minute)
	r.sweep() // may end the list
	r.sweep()
	if n := len(r.bus.Published()); n != 7500 {
		t.Errorf("%d were sent in all, want each again after a quarter of an hour", n)
	}
}

func TestShardThatFailedIsLeftAloneForAWhile(t *testing.T) {
	r := newRig(t)
	r.put("evt_1")
	r.now = r.now.Add(time.Hour)
	asked := 0
	r.store.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "Received" {
			asked++
			return memory.Refuse(memory.ErrUnavailable)
		}
		return memory.Fault{}
	}
	for range 60 {
		_, _ = r.try()
		r.now = r.now.Add(time.Minute)
	}
	if asked > 4*20 || asked < 4*10 { // 1, 2, 4 and then every 5 minutes
		t.Errorf("asked %d times in an hour for four shards", asked)
	}
	r.store.Fault = nil
	if got, err := r.Run(t.Context(), reconcile.Request{Now: true}); err != nil || got.Published != 1 {
		t.Errorf("a person's run: %+v, %v", got.PendingReport, err)
	}
}

func TestRulesCannotBeListedAndRedeliveryGoesOn(t *testing.T) {
	r := newRig(t)
	r.due(20)
	s := newShop(t)
	s.run() // knows the types
	r.bus.Fault, s.bus.Fault = noSubscribers, noSubscribers
	r.now = r.now.Add(time.Hour)
	got, err := r.try()
	if got.Sent != 20 || err == nil || !strings.Contains(err.Error(), "AccessDenied") {
		t.Errorf("sent %d, %v", got.Sent, err)
	}
	id := s.happen("charge.succeeded", s.now.Add(time.Minute))
	s.pass(20 * time.Minute)
	if _, err := s.sweep(); err == nil || !s.has(id) {
		t.Errorf("%v, stored what was missing: %t", err, s.has(id))
	}
}

// unread cannot say what waits for one action.
type unread struct{ queues }

func (u unread) Backlog(ctx context.Context, action string) (event.Backlog, error) {
	if action == "send-receipt" {
		return event.Backlog{}, errors.New("QueueDoesNotExist")
	}
	return u.queues.Backlog(ctx, action)
}

func TestBacklogThatCannotBeReadHoldsItsActionAlone(t *testing.T) {
	r := newRig(t)
	r.due(20)
	r.published("evt_other", "update-order")
	r.ensure("evt_other", "update-order")
	r.Due.Queues = unread{r.queues}
	r.now = r.now.Add(time.Hour)
	got, err := r.try()
	if got.Sent != 1 || got.Held != 20 || err == nil || strings.Count(err.Error(), "QueueDoesNotExist") != 1 {
		t.Errorf("%+v, %v", got.DueReport, err)
	}
}

func TestSweepThatEndsTheProcessLetsTheOthersRun(t *testing.T) {
	var r turns
	first := map[string]bool{}
	for minute := range 5 {
		r.now = start.Add(time.Duration(minute) * time.Minute)
		s := reconcile.Sweeps{Ledger: memory.New(), Now: func() time.Time { return r.now }, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			s.Added = append(s.Added, &timed{name: name, pages: []int{1}, t: &r})
		}
		at := len(r.order)
		if _, err := s.Run(t.Context(), reconcile.Request{}); err != nil {
			t.Fatal(err)
		}
		first[r.order[at]] = true
	}
	if len(first) != 5 {
		t.Errorf("in five minutes, first were %v", first)
	}
}

func TestSearchForTheOldestPageIsContinuedByTheNextRun(t *testing.T) {
	s := newShop(t)
	s.run()
	for n := range 250 {
		s.happen("charge.succeeded", start.Add(time.Duration(n)*time.Minute))
	}
	s.pass(20 * 24 * time.Hour)
	s.calls = 3 // fewer than it takes to find the oldest page
	for range 60 {
		if s.run(); len(s.missing()) == 0 {
			return
		}
		s.pass(time.Minute)
	}
	t.Errorf("%d are missing after an hour", len(s.missing()))
}
