package simtest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// catalog is Stripe's list of events that no endpoint heard of, a second apart over the
// hours before the simulation begins.
type catalog struct {
	world  *world
	missed int
}

func op(name, key string) memory.Op { return memory.Op{Name: name, Key: key} }

// created is when the nth of them was: the last one an hour before the beginning.
func (c *catalog) created(n int) time.Time {
	span := 90 * time.Minute
	return begin.Add(-time.Hour - span).Add(span * time.Duration(n) / time.Duration(max(c.missed, 1))).Truncate(time.Second)
}

func missedID(n int) string { return fmt.Sprintf("evt_missed_%06d", n) }

// Events implements event.Lister.
func (c *catalog) Events(_ context.Context, l event.Listing) (bodies [][]byte, more bool, err error) {
	failed := c.world.io(op("List", l.Account), func() {
		if l.Account != "" {
			err = event.Permanent(fmt.Errorf("%s revoked access: %w", l.Account, event.ErrDenied))
			return
		}
		bodies, more = c.page(l)
	})
	return bodies, more, errors.Join(failed, err)
}

// page lists newest first, as Stripe does: the newest, those older than one event, or the
// hundred that are next newer than one.
func (c *catalog) page(l event.Listing) (bodies [][]byte, more bool) {
	first, last := c.missed, -1
	for n := range c.missed { // created is in order
		if at := c.created(n); !at.Before(l.From) && at.Before(l.To) {
			first, last = min(first, n), n
		}
	}
	var after int
	switch {
	case l.Newer != "":
		_, _ = fmt.Sscanf(l.Newer, "evt_missed_%d", &after)
		first = max(first, after+1)
		more = last-first >= 100
		last = min(last, first+99)
	case l.Older != "":
		_, _ = fmt.Sscanf(l.Older, "evt_missed_%d", &after)
		last = min(last, after-1)
		fallthrough
	default:
		more = last-first >= 100
		first = max(first, last-99)
	}
	for n := last; n >= first; n-- {
		bodies = append(bodies, fmt.Appendf(nil,
			`{"id":%q,"object":"event","type":"charge.succeeded","created":%d,"livemode":false,"data":{"object":{"id":"ch_%d","object":"charge"}}}`,
			missedID(n), c.created(n).Unix(), n))
	}
	return bodies, more
}

// books is a sweep that a stack adds: a list of so many pages.
type books struct {
	world *world
	left  int
}

// Name implements reconcile.Sweep.
func (*books) Name() string { return "books" }

// Begin implements reconcile.Sweep.
func (b *books) Begin(context.Context, *reconcile.Run) (*reconcile.Work, error) {
	return &reconcile.Work{Parts: []reconcile.Part{b}, Complete: func() time.Time {
		if b.left > 0 {
			return time.Time{}
		}
		return b.world.clock()
	}}, nil
}

// Page implements reconcile.Part: two calls of Stripe and a hundred postings.
func (b *books) Page(context.Context) (more bool, err error) {
	for range 15 {
		if err := b.world.io(op("Books", ""), func() {}); err != nil {
			return false, err
		}
	}
	b.left = max(0, b.left-1)
	return b.left > 0, nil
}

// Fail implements reconcile.Part.
func (*books) Fail(_ context.Context, err error) error { return err }
