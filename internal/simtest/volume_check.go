package simtest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// reached is how far the sweeps are, by name: as long as there is something to do, it
// must be more after each run.
type reached map[string]int

// look reads without faults and without time.
func (f *flood) look(fn func(context.Context)) {
	calm, cost := f.calm, f.cost
	f.calm, f.cost = true, 0
	fn(context.Background())
	f.calm, f.cost = calm, cost
}

// stoodStill counts the sweeps that did nothing although they had something to do.
func (f *flood) stoodStill() (idle int) {
	now, todo := f.progress()
	for name, n := range now {
		if todo[name] && n <= f.before[name] && f.before != nil {
			idle++
			f.met(name + " stood still")
		}
	}
	f.before = now
	return idle
}

// progress is how much each sweep has done, and which have something left.
func (f *flood) progress() (done reached, todo map[string]bool) {
	done, todo = reached{}, map[string]bool{}
	var standing reconcile.Standing
	f.look(func(ctx context.Context) {
		var err error
		standing, err = reconcile.ReadStanding(ctx, f.store, f.clock())
		must(err)
	})
	soon := f.now.Add(-22 * time.Minute) // 15 after the receipt, a quiet cursor stays for 5
	for n := range event.ReceiptShards {
		for name, at := range map[string]time.Time{"pending": standing.Published[n].At, "unrecorded": standing.Recorded[n].At} {
			done[name] += int(at.Sub(f.store.first().Add(-100*time.Hour)) / time.Millisecond)
			todo[name] = todo[name] || at.Before(soon)
		}
	}
	for ref, n := range f.sent {
		if strings.HasPrefix(ref.Event, "evt_due_") && n > 0 {
			done["due"]++
		}
	}
	done["missing"], done["books"] = f.seen["stored from list"], -f.books.left
	todo["missing"], todo["books"], todo["due"] = done["missing"] < f.volume.Missed, f.books.left > 0, f.room && done["due"] < f.volume.Due
	return done, todo
}

// keepsUp reports whether nothing is left to do and every sweep says so.
func (f *flood) keepsUp() bool { return f.left() == "" }

// left says what is to be done.
func (f *flood) left() string {
	var all []string
	f.look(func(ctx context.Context) {
		standing, err := reconcile.ReadStanding(ctx, f.store, f.clock())
		must(err)
		if len(standing.Lags) == 0 {
			all = append(all, "no run has ended")
		}
		for _, lag := range standing.Lags {
			if lag.Seconds > 0 {
				all = append(all, fmt.Sprintf("%s is %d s behind", lag.Sweep, lag.Seconds))
			}
		}
	})
	f.outstanding(func(what string, n int) { all = append(all, fmt.Sprint(n, " ", what)) })
	return strings.Join(all, ", ")
}

// outstanding tells what has not come to each action.
func (f *flood) outstanding(tell func(what string, n int)) {
	for what, n := range map[string]int{"pending": f.volume.Pending, "unrecorded": f.volume.Unrecorded, "due": f.volume.Due / len(floodActions), "missed": f.volume.Missed} {
		lost := 0
		for i := range n {
			for _, name := range floodActions {
				if f.sent[event.DeliveryRef{Action: name, Event: fmt.Sprintf("evt_%s_%06d", what, i)}] == 0 {
					lost++
				}
			}
		}
		if lost > 0 {
			tell(what, lost)
		}
	}
}

// mostInQueue is what an action's queue may hold: what came by the bus for the first time,
// and a thousand that were sent again.
const mostInQueue = 1000

// promises hold after every run.
func (f *flood) promises() error {
	for name, all := range f.waiting {
		again := 0
		for _, id := range all {
			if f.sent[event.DeliveryRef{Action: name, Event: id}] > 1 || strings.HasPrefix(id, "evt_due_") || strings.HasPrefix(id, "evt_unrecorded_") {
				again++
			}
		}
		if again > 2*mostInQueue { // two runs at once each count a thousand
			return fmt.Errorf("%s: the queue of %s holds %d messages that were sent again", f.volume.Name, name, again)
		}
	}
	return nil
}

// done is checked in the end: everything came to each action, and nothing more often than
// faults explain.
func (f *flood) done() error {
	twice := 0
	for _, n := range f.sent {
		if n > 1 {
			twice++
		}
	}
	if !f.volume.Faults && twice > 0 {
		return fmt.Errorf("%s: %d messages came more than once", f.volume.Name, twice)
	}
	return nil
}

// largestRow is that of the cursors, in bytes.
func (f *flood) largestRow() (most int) {
	f.look(func(ctx context.Context) {
		for row, err := range f.store.Scan(ctx, "cursors") {
			must(err)
			most = max(most, len(row.Data))
		}
	})
	return most
}
