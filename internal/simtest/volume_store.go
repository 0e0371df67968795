package simtest

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
)

// finished is the store in memory with a great many events that are done. Those are older
// than all others, 50 ms apart, and made up when they are read: a million would not fit.
type finished struct {
	*memory.Store
	world  *world
	count  int
	shards [event.ReceiptShards][]int32 // their numbers
}

const donePrefix = "evt_done_"

// apart is the time between two of the finished events.
const apart = 50 * time.Millisecond

func newFinished(count int, w *world) *finished {
	f := &finished{Store: memory.New(), world: w, count: count}
	for n := range count {
		shard := event.Shard(doneID(n), event.ReceiptShards)
		f.shards[shard] = append(f.shards[shard], int32(n)) //nolint:gosec // a few million
	}
	return f
}

func doneID(n int) string { return fmt.Sprintf("%s%07d", donePrefix, n) }

// first is when the first of them was received: the last one a day ago.
func (f *finished) first() time.Time { return begin.Add(-24*time.Hour - time.Duration(f.count)*apart) }

func (f *finished) received(n int) time.Time { return f.first().Add(time.Duration(n) * apart) }

func (f *finished) event(n int) event.Stored {
	return event.Stored{
		Event:       event.Event{Facts: event.Facts{ID: doneID(n), Type: "charge.succeeded", Created: f.received(n).Truncate(time.Second), Received: f.received(n)}},
		Subscribers: floodActions, Expires: begin.Add(retention),
	}
}

// Received implements event.Store: the finished events come before all others.
func (f *finished) Received(ctx context.Context, q event.Receipts) (page event.Page[event.Stored], err error) {
	ours := f.shards[q.Shard]
	from := sort.Search(len(ours), func(i int) bool {
		at := event.Position{At: f.received(int(ours[i])), ID: doneID(int(ours[i]))}
		return !at.At.Before(q.From) && (q.After.IsZero() || at.At.After(q.After.At))
	})
	if from == len(ours) {
		return f.Store.Received(ctx, q)
	}
	err = f.world.io(memory.Op{Name: "Received", Key: "finished"}, func() {
		for _, n := range ours[from:min(len(ours), from+q.Limit)] {
			page.Items = append(page.Items, f.event(int(n)))
		}
		last := page.Items[len(page.Items)-1]
		page.Next = event.Position{At: last.Received, ID: last.ID}
	})
	return page, err
}

// Deliveries implements event.Ledger.
func (f *finished) Deliveries(ctx context.Context, refs []event.DeliveryRef) ([]event.Delivery, error) {
	others := slices.DeleteFunc(slices.Clone(refs), func(r event.DeliveryRef) bool { return strings.HasPrefix(r.Event, donePrefix) })
	if len(others) == len(refs) {
		return f.Store.Deliveries(ctx, refs)
	}
	var all []event.Delivery
	err := f.world.io(memory.Op{Name: "Deliveries", Key: "finished"}, func() {
		for _, ref := range refs {
			if strings.HasPrefix(ref.Event, donePrefix) {
				all = append(all, event.Delivery{Event: ref.Event, Action: ref.Action, State: event.Done, Attempts: 1})
			}
		}
	})
	if err != nil || len(others) == 0 {
		return all, err
	}
	more, err := f.Store.Deliveries(ctx, others)
	return append(all, more...), err
}
