package porttest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

var indexTests = map[string]func(*testing.T, Ports){
	"related events come oldest first with all facts": func(t *testing.T, p Ports) {
		subject, scope := unique("pi_"), newEvent().Scope
		var want []event.Facts
		for i := range 5 {
			e := newEvent()
			e.Subject, e.Created = subject, e.Created.Add(time.Duration(i)*time.Second)
			want = append(want, e.Facts)
			put(t, p, e)
		}
		put(t, p, newEvent())
		eventually(t, "five related events", func() bool { return len(related(t, p, scope, subject)) == 5 })
		same(t, want, related(t, p, scope, subject))
	},
	"unknown or empty subject relates nothing": func(t *testing.T, p Ports) {
		same(t, 0, len(related(t, p, event.Scope{}, unique("pi_"))))
		same(t, 0, len(related(t, p, event.Scope{}, "")))
	},
	"events of a time come without bodies": func(t *testing.T, p Ports) {
		expires := now.Add(time.Hour).Truncate(time.Second)
		from := now.AddDate(0, 0, -1).Truncate(time.Millisecond) // over midnight
		want := map[string]event.Facts{}
		for i := range 8 {
			e := newEvent()
			e.Received = from.Add(time.Duration(i) * 4 * time.Hour)
			put(t, p, e)
			if i < 6 {
				want[e.ID] = e.Facts
			}
		}
		first := ids(want)
		eventually(t, "six events in the time", func() bool {
			got := received(t, p, from, from.Add(24*time.Hour))
			return !slices.ContainsFunc(first, func(id string) bool { _, ok := got[id]; return !ok })
		})
		got := received(t, p, from, from.Add(24*time.Hour))
		for id, f := range want {
			same(t, event.Stored{Event: event.Event{Facts: f}, Pending: true, Expires: expires}, got[id])
		}
	},
	"first moment is included and last is not": func(t *testing.T, p Ports) {
		e := newEvent()
		put(t, p, e)
		at := e.Received
		eventually(t, "the event", func() bool { return has(t, p, at, at.Add(time.Millisecond), e.ID) })
		for _, out := range [][2]time.Time{{at.Add(-time.Hour), at}, {at.Add(time.Nanosecond), at.Add(time.Hour)}, {at, at}, {at.Add(time.Hour), at}} {
			if has(t, p, out[0], out[1], e.ID) {
				t.Errorf("it is in [%s, %s)", out[0], out[1])
			}
		}
		if !has(t, p, at, at.Add(time.Nanosecond), e.ID) {
			t.Error("it is not in the nanosecond from its time on")
		}
	},
	"range may cover years": func(t *testing.T, p Ports) {
		e := newEvent()
		put(t, p, e)
		eventually(t, "the event", func() bool { return has(t, p, time.Time{}, now.AddDate(1, 0, 0), e.ID) })
	},
	"listed event is pending or has subscribers": func(t *testing.T, p Ports) {
		e := newEvent()
		put(t, p, e)
		listed := func() event.Stored { return received(t, p, e.Received, e.Received.Add(time.Second))[e.ID] }
		eventually(t, "the pending event", func() bool { return listed().Pending })
		noError(t, p.Store.MarkPublished(t.Context(), e.ID, []string{"a", "b"}))
		eventually(t, "its subscribers", func() bool {
			s := listed()
			return !s.Pending && slices.Equal(s.Subscribers, []string{"a", "b"})
		})
	},
	"no event is lost between pages": func(t *testing.T, p Ports) {
		subject, scope, at := unique("pi_"), newEvent().Scope, now.AddDate(0, 2, 0)
		want := map[string]bool{}
		for range 240 { // in every shard more than the megabyte that a page holds
			e := newEvent()
			e.Subject, e.Received, e.Status = subject, at, strings.Repeat("s", 20_000)
			put(t, p, e)
			want[e.ID] = true
		}
		eventually(t, "all of them related", func() bool { return len(related(t, p, scope, subject)) == len(want) })
		for _, days := range []int{1, 90} {
			got := received(t, p, at.AddDate(0, 0, -days), at.AddDate(0, 0, days))
			for id := range want {
				if _, ok := got[id]; !ok {
					t.Errorf("%s is not among what was received within %d days", id, days)
				}
			}
		}
	},
	"pages continue after one another, in both orders": func(t *testing.T, p Ports) {
		at := now.AddDate(4, 0, 0).Truncate(time.Millisecond)
		var want []string
		for i := range 9 {
			e := newEvent()
			e.Received = at.Add(time.Duration(i) * time.Second)
			put(t, p, e)
			want = append(want, e.ID)
		}
		all := func(newest bool) (got []string) {
			for shard := range event.ReceiptShards {
				q := event.Receipts{Shard: shard, From: at, To: at.Add(time.Hour), Newest: newest, Limit: 2}
				for more := true; more; more = !q.After.IsZero() {
					page, err := p.Store.Received(t.Context(), q)
					noError(t, err)
					same(t, true, len(page.Items) <= q.Limit)
					for _, s := range page.Items {
						got = append(got, s.ID)
					}
					q.After = page.Next
				}
			}
			return got
		}
		inShards := slices.Clone(want)
		slices.SortStableFunc(inShards, func(a, b string) int {
			return event.Shard(a, event.ReceiptShards) - event.Shard(b, event.ReceiptShards)
		})
		eventually(t, "all, in pages of two", func() bool { return slices.Equal(inShards, all(false)) })
		slices.Reverse(want)
		slices.SortStableFunc(want, func(a, b string) int {
			return event.Shard(a, event.ReceiptShards) - event.Shard(b, event.ReceiptShards)
		})
		same(t, want, all(true))
	},
	"caller may stop early and begin again": func(t *testing.T, p Ports) {
		for range 3 {
			put(t, p, newEvent())
		}
		for _, to := range []time.Time{now.Add(time.Hour), now.AddDate(1, 0, 0)} {
			eventually(t, "three events", func() bool { return len(received(t, p, now.Add(-time.Hour), to)) >= 3 })
			seq := event.ReceivedBetween(t.Context(), p.Store, now.Add(-time.Hour), to)
			for range 2 {
				same(t, 2, take(t, seq, 2))
			}
		}
	},
}

func related(t *testing.T, p Ports, scope event.Scope, subject string) []event.Facts {
	t.Helper()
	fs, err := p.Store.Related(t.Context(), scope, subject)
	noError(t, err)
	return fs
}

func received(t *testing.T, p Ports, from, to time.Time) map[string]event.Stored {
	t.Helper()
	got := map[string]event.Stored{}
	for s, err := range event.ReceivedBetween(t.Context(), p.Store, from, to) {
		noError(t, err)
		if _, twice := got[s.ID]; twice {
			t.Errorf("%s came twice", s.ID)
		}
		got[s.ID] = s
	}
	return got
}

func has(t *testing.T, p Ports, from, to time.Time, id string) bool {
	t.Helper()
	_, ok := received(t, p, from, to)[id]
	return ok
}

func ids(m map[string]event.Facts) []string {
	var out []string
	for id := range m {
		out = append(out, id)
	}
	return out
}

func contextOf(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithCancel(t.Context())
}

func is(err, target error) bool { return errors.Is(err, target) }
