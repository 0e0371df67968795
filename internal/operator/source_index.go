package operator

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// indexPage is how many entries of an index a list reads at once.
func (l *listing) indexPage() int { return max(minPage, min(l.Limit, maxPage)) }

// unfinished are the events with a delivery in the state, those with the latest Next
// first.
func (l *listing) unfinished(s event.State) *source {
	size := l.indexPage()
	m := &merge[event.Due]{page: size, compare: func(a, b event.Due) int {
		return cmp.Or(b.Next.Compare(a.Next), cmp.Compare(b.Key(), a.Key()))
	}}
	for shard := range event.UnfinishedShards {
		q := event.Unfinished{State: s, Shard: shard, Before: l.o.always(), Newest: true, Limit: size}
		m.lanes = append(m.lanes, &lane[event.Due]{read: func(ctx context.Context, after event.Position) (event.Page[event.Due], error) {
			q.After = after
			return l.o.Ledger.Unfinished(ctx, q)
		}})
	}
	return indexed(l, m, func(d event.Due) string { return d.Event })
}

// indexed reads the events that the entries of an index name, each once.
func indexed[T any](l *listing, m *merge[T], id func(T) string) *source {
	listed := map[string]bool{}
	return &source{take: func(ctx context.Context) (page []candidate, unreadable, err error) {
		for len(page) == 0 {
			entries, odd, err := m.take(ctx, m.page)
			if unreadable = errors.Join(unreadable, odd); err != nil || len(entries) == 0 {
				return nil, unreadable, err
			}
			var ids []string
			for _, e := range entries {
				if name := id(e); !listed[name] {
					ids, listed[name] = append(ids, name), true
				}
			}
			found, odd, err := l.o.events(ctx, ids)
			if err != nil {
				return nil, nil, err
			}
			unreadable = errors.Join(unreadable, odd)
			page = candidates(found)
		}
		return page, unreadable, nil
	}}
}

// candidates are the events, the newest first.
func candidates(found map[string]event.Stored) (all []candidate) {
	for _, s := range found {
		all = append(all, candidate{Stored: s})
	}
	slices.SortFunc(all, newer)
	return all
}

// pending are the events that may not be published, or have a subscriber without a
// record: those that the sweeps have not come to yet, and what they left behind.
func (l *listing) pending(ctx context.Context) (*source, error) {
	at, err := reconcile.ReadStanding(ctx, l.o.Ledger, l.now)
	if err != nil {
		return nil, err
	}
	var from [event.ReceiptShards]time.Time
	for n := range from {
		if from[n] = at.Published[n].At; at.Recorded[n].At.Before(from[n]) {
			from[n] = at.Recorded[n].At
		}
	}
	left, unreadable, err := l.o.events(ctx, at.Left)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(left, func(id string, s event.Stored) bool { // the walk comes to it
		return !s.Received.Before(from[event.Shard(id, event.ReceiptShards)])
	})
	behind := &lane[candidate]{items: candidates(left), ended: true, unreadable: unreadable}
	return l.inOrder(append(l.receipts(from, maxPage), behind), maxPage), nil
}
