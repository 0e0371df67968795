package porttest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
)

// unfinished returns the deliveries of these events.
func unfinished(t *testing.T, p Ports, s event.State, before time.Time, of ...event.DeliveryRef) []event.Delivery {
	t.Helper()
	ours := map[string]bool{}
	for _, ref := range of {
		ours[ref.Event] = true
	}
	var ds []event.Delivery
	for d, err := range event.UnfinishedDeliveries(t.Context(), p.Ledger, s, before) {
		noError(t, err)
		if ours[d.Event] {
			ds = append(ds, d)
		}
	}
	return ds
}

// paged lists the event's waiting deliveries from at on, three a page or as many as are
// between those of other tests.
func paged(t *testing.T, p Ports, id string, at time.Time, newest bool) (all []event.DeliveryRef) {
	t.Helper()
	q := event.Unfinished{State: event.Waiting, Shard: event.Shard(id, event.UnfinishedShards), Before: at.Add(time.Hour), Newest: newest, Limit: 3}
	for {
		page, err := p.Ledger.Unfinished(t.Context(), q)
		noError(t, err)
		if len(page.Items) > q.Limit {
			t.Errorf("a page of %d", len(page.Items))
		}
		for _, d := range page.Items {
			if d.Event == id {
				all = append(all, d.DeliveryRef)
			}
		}
		if q.After = page.Next; q.After.IsZero() {
			return all
		}
	}
}

var unfinishedTests = map[string]func(*testing.T, Ports){
	"each state has its deliveries that are due": func(t *testing.T, p Ports) {
		waiting := newClaim()
		want := map[event.State]event.Delivery{event.Waiting: claim(t, p, waiting)}
		all := []event.DeliveryRef{waiting.DeliveryRef}
		for _, s := range []event.State{event.Parked, event.Unknown, event.Done} {
			c := newClaim()
			want[s] = finish(t, p, claim(t, p, c), s)
			all = append(all, c.DeliveryRef)
		}
		delete(want, event.Done)
		for s, d := range want {
			eventually(t, string(s), func() bool {
				return cmp.Equal([]event.Delivery{d}, unfinished(t, p, s, d.Next.Add(time.Nanosecond), all...))
			})
			same(t, 0, len(unfinished(t, p, s, d.Next, all...)))
		}
		same(t, 0, len(unfinished(t, p, event.Done, now.AddDate(9, 0, 0), all...)))
	},
	"discarded delivery is in a list of its own, and a done one in none": func(t *testing.T, p Ports) {
		c, other := newClaim(), newClaim()
		d := claim(t, p, c)
		finish(t, p, claim(t, p, other), event.Parked)
		finish(t, p, d, event.Done)
		noError(t, p.Ledger.Discard(t.Context(), other.DeliveryRef, now, "operator"))
		eventually(t, "neither", func() bool {
			return len(unfinished(t, p, event.Waiting, now.AddDate(1, 0, 0), c.DeliveryRef, other.DeliveryRef)) == 0 &&
				len(unfinished(t, p, event.Parked, now.AddDate(1, 0, 0), c.DeliveryRef, other.DeliveryRef)) == 0 &&
				len(unfinished(t, p, event.Discarded, now.Add(time.Nanosecond), c.DeliveryRef, other.DeliveryRef)) == 1
		})
	},
	"listed delivery is as its record is now": func(t *testing.T, p Ports) {
		c := newClaim()
		ensure(t, p, c.DeliveryRef, now)
		d := claim(t, p, c)
		eventually(t, "the claimed record", func() bool {
			return cmp.Equal([]event.Delivery{d}, unfinished(t, p, event.Waiting, now.Add(time.Hour), c.DeliveryRef))
		})
		d.Next = milli(now.Add(time.Hour))
		d = finish(t, p, d, event.Waiting)
		same(t, 0, len(unfinished(t, p, event.Waiting, d.Next, c.DeliveryRef)))
	},
	"earliest comes first within a shard": func(t *testing.T, p Ports) {
		id := unique("evt_") // deliveries of one event share a shard
		var refs []event.DeliveryRef
		for i, name := range []string{"c", "a", "b"} {
			ref := event.DeliveryRef{Action: name, Event: id}
			ensure(t, p, ref, now.Add(time.Duration(i)*time.Minute))
			refs = append(refs, ref)
		}
		eventually(t, "three in order", func() bool {
			var actions []string
			for _, d := range unfinished(t, p, event.Waiting, now.Add(time.Hour), refs...) {
				actions = append(actions, d.Action)
			}
			return slices.Equal(actions, []string{"c", "a", "b"})
		})
	},
	"no delivery is lost between pages": func(t *testing.T, p Ports) {
		id, at := unique("evt_"), now.AddDate(2, 0, 0)
		want := map[string]bool{}
		for range 230 { // in one shard, more than two pages of the index
			ref := event.DeliveryRef{Action: unique("a-"), Event: id}
			ensure(t, p, ref, at)
			want[ref.Action] = true
		}
		eventually(t, "all of them", func() bool {
			got := map[string]bool{}
			for _, d := range unfinished(t, p, event.Waiting, at.Add(time.Second), event.DeliveryRef{Event: id}) {
				if got[d.Action] {
					t.Errorf("%s came twice", d.Action)
				}
				got[d.Action] = true
			}
			return cmp.Equal(want, got)
		})
	},
	"pages continue after one another, in both orders": func(t *testing.T, p Ports) {
		id, at := unique("evt_"), now.AddDate(3, 0, 0)
		var want []event.DeliveryRef
		for i := range 7 {
			ref := event.DeliveryRef{Action: unique("a-"), Event: id}
			ensure(t, p, ref, at.Add(time.Duration(i)*time.Second))
			want = append(want, ref)
		}
		eventually(t, "all, in pages of three", func() bool { return cmp.Equal(want, paged(t, p, id, at, false)) })
		slices.Reverse(want)
		same(t, want, paged(t, p, id, at, true))
	},
	"caller may stop early and begin again": func(t *testing.T, p Ports) {
		for range 3 {
			finish(t, p, claim(t, p, newClaim()), event.Parked)
		}
		parked := event.UnfinishedDeliveries(t.Context(), p.Ledger, event.Parked, now.Add(time.Hour))
		for range 2 {
			eventually(t, "two of them", func() bool { return take(t, parked, 2) == 2 })
		}
	},
}
