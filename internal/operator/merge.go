package operator

import (
	"context"
	"errors"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

// lane is a listing that a merge reads by page, in the order of the merge.
type lane[T any] struct {
	read       func(ctx context.Context, after event.Position) (event.Page[T], error)
	items      []T // of the pages that were read, without those that were taken
	after      event.Position
	ended      bool
	unreadable error
}

// fill reads the next page that has an item.
func (l *lane[T]) fill(ctx context.Context) error {
	for more := true; more; more = len(l.items) == 0 && !l.ended {
		page, err := l.read(ctx, l.after)
		if err != nil && !errors.Is(err, event.ErrInvalid) {
			return err
		}
		l.unreadable = errors.Join(l.unreadable, err)
		l.items = append(l.items, page.Items...)
		l.after, l.ended = page.Next, page.Next.IsZero()
	}
	return nil
}

// merge makes one listing of several.
type merge[T any] struct {
	compare func(a, b T) int
	lanes   []*lane[T]
	page    int // how many items a lane reads at once
}

// take returns the next n items, fewer only at the end. unreadable names what was
// left out since the last call.
func (m *merge[T]) take(ctx context.Context, n int) (items []T, unreadable, err error) {
	for len(items) < n {
		if err := m.fill(ctx); err != nil {
			return nil, nil, err
		}
		first := m.first()
		if first == nil {
			break
		}
		items, first.items = append(items, first.items[0]), first.items[1:]
	}
	for _, l := range m.lanes {
		unreadable, l.unreadable = errors.Join(unreadable, l.unreadable), nil
	}
	return items, unreadable, nil
}

// fill reads on in all lanes that end soon, in parallel, once one has no item left.
func (m *merge[T]) fill(ctx context.Context) error {
	if !slices.ContainsFunc(m.lanes, (*lane[T]).empty) {
		return nil
	}
	var low []*lane[T]
	for _, l := range m.lanes {
		if !l.ended && len(l.items) <= m.page/2 {
			low = append(low, l)
		}
	}
	return parallel.Each(ctx, readers, low, func(ctx context.Context, l *lane[T]) error { return l.fill(ctx) })
}

func (l *lane[T]) empty() bool { return len(l.items) == 0 && !l.ended }

// first is the lane with the next item; nil if no lane has one.
func (m *merge[T]) first() (first *lane[T]) {
	for _, l := range m.lanes {
		if len(l.items) > 0 && (first == nil || m.compare(l.items[0], first.items[0]) < 0) {
			first = l
		}
	}
	return first
}

// next is what take returns next; nil at the end. It is not known, and false, if a page
// must be read for it.
func (m *merge[T]) next() (item *T, known bool) {
	if slices.ContainsFunc(m.lanes, (*lane[T]).empty) {
		return nil, false
	}
	if l := m.first(); l != nil {
		return &l.items[0], true
	}
	return nil, true
}
