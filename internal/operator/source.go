package operator

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

const (
	// minPage and maxPage bound how many events a list reads at once.
	minPage, maxPage = 100, 1000
)

// candidate is an event that may be in a list, or a quarantined request.
type candidate struct {
	event.Stored
	quarantined bool
}

// newer orders what was received last first.
func newer(a, b candidate) int {
	return cmp.Or(b.Received.Compare(a.Received), cmp.Compare(b.ID, a.ID))
}

// source has the candidates of a list by page, the newest of a page first.
type source struct {
	// take returns a page, empty only at the end.
	take func(ctx context.Context) (page []candidate, unreadable, err error)
	// next is merge.next of a walk over all events; nil for any other source.
	next func() (item *candidate, known bool)
}

// open chooses what the list reads.
func (l *listing) open(ctx context.Context) (err error) {
	switch {
	case l.ID != "":
		l.source, err = l.named(ctx)
	case l.Status == event.StatusQuarantined:
		l.source = l.inOrder([]*lane[candidate]{l.quarantine()}, maxPage)
		l.source.next = nil
	case l.Customer != "":
		l.source, err = l.ofCustomer(ctx)
	case l.Status == event.StatusUnknown, l.Status == event.StatusParked, l.Status == event.StatusWaiting:
		l.source = l.unfinished(event.State(l.Status))
	case l.Status == event.StatusPending:
		l.source, err = l.pending(ctx)
	default:
		l.source = l.walk()
	}
	return err
}

// walk reads all events and, where it may be in the list, what is quarantined.
func (l *listing) walk() *source {
	size, lane := maxPage, maxPage
	switch {
	case !l.selects(): // it shows all that it reads
		size = min(l.Limit, maxPage)
		lane = share(size)
	case l.Most > 0:
		size = min(l.Most, maxPage)
		lane = share(size)
	}
	lanes := l.receipts([event.ReceiptShards]time.Time{}, lane)
	if l.Status == "" && !l.knownOnly() {
		lanes = append(lanes, l.quarantine())
	}
	return merged(lanes, size, lane)
}

// named is the event of one id, or what is quarantined under it.
func (l *listing) named(ctx context.Context) (*source, error) {
	one, lanes := &lane[candidate]{ended: true}, []*lane[candidate]{}
	switch s, err := l.o.get(ctx, l.ID); {
	case errors.Is(err, event.ErrInvalid):
		one.unreadable = err
	case err == nil:
		one.items = []candidate{{Stored: s}}
	case !errors.Is(err, event.ErrNotFound):
		return nil, err
	}
	lanes = append(lanes, one)
	if !l.knownOnly() {
		lanes = append(lanes, l.quarantine())
	}
	s := l.inOrder(lanes, maxPage)
	s.next = nil
	return s, nil
}

// share is how many of the newest events a list reads of each shard at once: a shard with
// more of them is rare, and read again.
func share(size int) int { return min(size, size*5/(4*event.ReceiptShards)+8) }

// inOrder merges lanes that are in the order of receipt.
func (l *listing) inOrder(lanes []*lane[candidate], size int) *source {
	return merged(lanes, size, size)
}

// merged is inOrder with lanes that read a page at once.
func merged(lanes []*lane[candidate], size, page int) *source {
	m := &merge[candidate]{compare: newer, lanes: lanes, page: page}
	return &source{
		take: func(ctx context.Context) ([]candidate, error, error) { return m.take(ctx, size) },
		next: m.next,
	}
}

// receipts are the events received in the time of the list and, in each shard, not
// before from.
func (l *listing) receipts(from [event.ReceiptShards]time.Time, size int) (lanes []*lane[candidate]) {
	to := l.Before
	if to.IsZero() {
		to = l.now.Add(time.Hour) // another clock may be ahead
	}
	for shard := range event.ReceiptShards {
		q := event.Receipts{Shard: shard, From: from[shard], To: to, Newest: true, Limit: size}
		if q.From.Before(l.Since) {
			q.From = l.Since
		}
		lanes = append(lanes, &lane[candidate]{read: func(ctx context.Context, after event.Position) (page event.Page[candidate], err error) {
			q.After = after
			found, err := l.o.Store.Received(ctx, q)
			for _, s := range found.Items {
				page.Items = append(page.Items, candidate{Stored: s})
			}
			page.Next = found.Next
			return page, err
		}})
	}
	return lanes
}

// quarantine is what is quarantined, newest first. What it has read is held: all that was
// quarantined after the event whose status is asked for.
func (l *listing) quarantine() *lane[candidate] {
	l.held = map[string]event.Quarantined{}
	q := event.QuarantineList{Newest: true, Limit: maxPage}
	return &lane[candidate]{read: func(ctx context.Context, after event.Position) (page event.Page[candidate], err error) {
		q.After = after
		found, err := l.o.Quarantine.List(ctx, q)
		for _, one := range found.Items {
			l.held[one.ID] = one
			f := event.Facts{ID: one.ID, Type: one.Type, Received: one.Received, Endpoint: one.Endpoint}
			page.Items = append(page.Items, candidate{event.Stored{Event: event.Event{Facts: f}}, true})
		}
		page.Next = found.Next
		return page, err
	}}
}
