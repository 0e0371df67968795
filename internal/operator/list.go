package operator

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// listing is one list of events under way.
type listing struct {
	EventList
	o      *Operator
	now    time.Time
	source *source
	yield  func(EventRow, error) bool
	held   map[string]event.Quarantined // by id; nil until it is read
	read   int                          // candidates
}

// List yields the events, the newest first. It reads as much as it yields: a page of
// each shard at a time, or of the index that finds the status or the customer. Where
// that index has more than a page, the newest first within each of its pages. An error
// that is ErrInvalid names what cannot be read; any other one is the last.
func (o *Operator) List(ctx context.Context, req EventList) iter.Seq2[EventRow, error] {
	return func(yield func(EventRow, error) bool) {
		l := &listing{EventList: req, o: o, now: o.Now(), yield: yield}
		err := l.open(ctx)
		for more := err == nil; more && err == nil; {
			more, err = l.page(ctx)
		}
		if err != nil && !errors.Is(err, errStop) {
			yield(EventRow{}, err)
		}
	}
}

// errStop: the caller wants no more.
var errStop = errors.New("no more is wanted")

// page yields the rows of the next page and reports whether there may be another.
func (l *listing) page(ctx context.Context) (more bool, err error) {
	page, unreadable, err := l.source.take(ctx)
	if err != nil {
		return false, err
	}
	if err := l.warn(unreadable); err != nil {
		return false, err
	}
	if len(page) == 0 {
		l.looked(0, l.Since)
		return false, nil
	}
	n, err := l.show(ctx, page)
	if err == nil {
		l.looked(n, l.before(page, n))
	}
	l.read += n
	return l.Limit > 0 && (l.Most == 0 || l.read < l.Most), err
}

// warn yields the error of what cannot be read.
func (l *listing) warn(unreadable error) error {
	if unreadable != nil && !l.yield(EventRow{}, unreadable) {
		return errStop
	}
	return nil
}

// show yields the rows of the first n of a page: of all of it, or of those up to the limit.
func (l *listing) show(ctx context.Context, page []candidate) (n int, err error) {
	found := slices.DeleteFunc(slices.Clone(page), func(c candidate) bool { return !l.matches(c) })
	for part := range slices.Chunk(found, l.part()) {
		rows, unreadable, err := l.rows(ctx, part)
		if err != nil {
			return 0, err
		}
		if err := l.warn(unreadable); err != nil {
			return 0, err
		}
		for _, r := range rows {
			if !l.yield(r, nil) {
				return 0, errStop
			}
			if l.Limit--; l.Limit == 0 {
				return 1 + slices.IndexFunc(page, func(c candidate) bool { return c.ID == r.ID }), nil
			}
		}
	}
	return len(page), nil
}

// part is how many events' deliveries are read at once. All of them are shown, unless
// the status or a report selects.
func (l *listing) part() int {
	if l.Status == "" && l.Report == "" {
		return min(l.Limit, maxPage)
	}
	return max(minPage, min(l.Limit, maxPage))
}

func (l *listing) looked(n int, before time.Time) {
	if l.Looked != nil && l.source.next != nil {
		l.Looked(n, before)
	}
}

// before is the Before of a list that continues behind the first n of a page. Events
// received in one millisecond with a later one are listed again: none is left out.
func (l *listing) before(page []candidate, n int) time.Time {
	if l.source.next == nil {
		return time.Time{}
	}
	next, known := l.source.next()
	if n < len(page) {
		next, known = &page[n], true
	}
	at := page[n-1].Received
	switch {
	case known && next == nil:
		return l.Since
	case !known || next.Received.Equal(at):
		return at.Add(time.Millisecond)
	}
	return at
}

func (l *listing) matches(c candidate) bool {
	if l.ID != "" && c.ID != l.ID || c.Received.Before(l.Since) || !l.Before.IsZero() && !c.Received.Before(l.Before) {
		return false
	}
	if c.quarantined { // of its customer, account and mode nothing is known for sure
		return !l.knownOnly() && l.ofTypes(c.Type) && (l.Endpoint == "" || c.Endpoint == l.Endpoint)
	}
	return !c.Expired(l.now) && c.Occurrence == "" && l.EventList.matches(c.Facts) && l.possible(c.Stored)
}

// possible reports whether the event may have the status, whatever its deliveries are.
func (l *listing) possible(s event.Stored) bool {
	left := s.Pending || len(s.Subscribers) > 0
	switch l.Status {
	case event.StatusPending:
		return left
	case event.StatusIgnored:
		return !left
	}
	return true
}
