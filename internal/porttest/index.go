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
	"related events come oldest first with all their facts": func(t *testing.T, p Ports) {
		subject := unique("pi_")
		var want []event.Facts
		for i := range 5 {
			e := newEvent()
			e.Subject, e.Created = subject, e.Created.Add(time.Duration(i)*time.Second)
			want = append(want, e.Facts)
			put(t, p, e)
		}
		put(t, p, newEvent())
		eventually(t, "five related events", func() bool { return len(related(t, p, subject)) == 5 })
		same(t, want, related(t, p, subject))
	},
	"nothing is related to an unknown subject or to none": func(t *testing.T, p Ports) {
		same(t, 0, len(related(t, p, unique("pi_"))))
		same(t, 0, len(related(t, p, "")))
	},
	"received yields what came in the time, without bodies": func(t *testing.T, p Ports) {
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
			same(t, event.Stored{Event: event.Event{Facts: f}, Pending: true}, got[id])
		}
	},
	"received takes the first moment and leaves the last": func(t *testing.T, p Ports) {
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
	"received covers years": func(t *testing.T, p Ports) {
		e := newEvent()
		put(t, p, e)
		eventually(t, "the event", func() bool { return has(t, p, time.Time{}, now.AddDate(1, 0, 0), e.ID) })
	},
	"received shows what is pending and owed": func(t *testing.T, p Ports) {
		e := newEvent()
		put(t, p, e)
		noError(t, p.Store.MarkPublished(t.Context(), e.ID, []string{"a", "b"}))
		noError(t, p.Store.Republish(t.Context(), e.ID, "a"))
		eventually(t, "the replay", func() bool {
			s := received(t, p, e.Received, e.Received.Add(time.Second))[e.ID]
			return s.Pending && s.Only == "a" && slices.Equal(s.Subscribers, []string{"a", "b"})
		})
	},
	"no event is lost between the pages of an index": func(t *testing.T, p Ports) {
		subject, at := unique("pi_"), now.AddDate(0, 2, 0)
		want := map[string]bool{}
		for range 240 { // in every shard more than the megabyte that a page holds
			e := newEvent()
			e.Subject, e.Received, e.Status = subject, at, strings.Repeat("s", 20_000)
			put(t, p, e)
			want[e.ID] = true
		}
		eventually(t, "all of them related", func() bool { return len(related(t, p, subject)) == len(want) })
		for _, days := range []int{1, 90} {
			got := received(t, p, at.AddDate(0, 0, -days), at.AddDate(0, 0, days))
			for id := range want {
				if _, ok := got[id]; !ok {
					t.Errorf("%s is not among what was received within %d days", id, days)
				}
			}
		}
	},
	"received stops when told to": func(t *testing.T, p Ports) {
		for range 3 {
			put(t, p, newEvent())
		}
		for _, to := range []time.Time{now.Add(time.Hour), now.AddDate(1, 0, 0)} {
			eventually(t, "three events", func() bool { return len(received(t, p, now.Add(-time.Hour), to)) >= 3 })
			n := 0
			noError(t, p.Store.ReceivedBetween(t.Context(), now.Add(-time.Hour), to, func(event.Stored) bool {
				n++
				return n < 2
			}))
			same(t, 2, n)
		}
	},
}

func related(t *testing.T, p Ports, subject string) []event.Facts {
	t.Helper()
	fs, err := p.Store.Related(t.Context(), subject)
	noError(t, err)
	return fs
}

func received(t *testing.T, p Ports, from, to time.Time) map[string]event.Stored {
	t.Helper()
	got := map[string]event.Stored{}
	noError(t, p.Store.ReceivedBetween(t.Context(), from, to, func(s event.Stored) bool {
		if _, twice := got[s.ID]; twice {
			t.Errorf("%s came twice", s.ID)
		}
		got[s.ID] = s
		return true
	}))
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
