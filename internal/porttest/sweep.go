package porttest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
)

const quiet = 15 * time.Minute

func owe(t *testing.T, p Ports, c event.Claim, at time.Time) {
	t.Helper()
	noError(t, p.Ledger.Ensure(t.Context(), c.Event, c.Action, at, c.Expires))
}

func resend(t *testing.T, p Ports, c event.Claim, at time.Time) bool {
	t.Helper()
	ours, err := p.Ledger.ClaimRedelivery(t.Context(), c.Event, c.Action, at, quiet)
	noError(t, err)
	return ours
}

func reopen(t *testing.T, p Ports, c event.Claim, at time.Time, allowStale bool) error {
	t.Helper()
	return p.Ledger.Reopen(t.Context(), c.Event, c.Action, at, allowStale)
}

// unfinished returns the deliveries of these events.
func unfinished(t *testing.T, p Ports, s event.State, before time.Time, of ...event.Claim) []event.Delivery {
	t.Helper()
	ours := map[string]bool{}
	for _, c := range of {
		ours[c.Event] = true
	}
	var ds []event.Delivery
	noError(t, p.Ledger.Unfinished(t.Context(), s, before, func(d event.Delivery) bool {
		if ours[d.Event] {
			ds = append(ds, d)
		}
		return true
	}))
	return ds
}

var sweepTests = map[string]func(*testing.T, Ports){
	"what is owed waits, due at once, with no attempt begun": func(t *testing.T, p Ports) {
		c := newClaim()
		owe(t, p, c, now)
		same(t, event.Delivery{
			Event: c.Event, Action: c.Action, State: event.Waiting, Next: milli(now), Updated: milli(now), Expires: c.Expires.Truncate(time.Second),
		}, delivery(t, p, c))
		later := next(c, now.Add(time.Hour))
		d := claim(t, p, later)
		same(t, 1, d.Attempt)
		same(t, milli(later.Now), d.First)
	},
	"owing what has a record changes nothing": func(t *testing.T, p Ports) {
		c := newClaim()
		d := claim(t, p, c)
		owe(t, p, c, now.Add(time.Hour))
		same(t, d, delivery(t, p, c))
		d = finish(t, p, d, event.Done)
		owe(t, p, c, now.Add(time.Hour))
		same(t, d, delivery(t, p, c))
	},
	"resend is given to one caller until quiet has passed": func(t *testing.T, p Ports) {
		c := newClaim()
		owe(t, p, c, now)
		before := delivery(t, p, c)
		won := make([]bool, 20)
		together(20, func(i int) { won[i] = resend(t, p, c, now) })
		n := 0
		for _, w := range won {
			if w {
				n++
			}
		}
		same(t, 1, n)
		same(t, before, delivery(t, p, c))
		same(t, false, resend(t, p, c, now.Add(quiet-time.Millisecond)))
		same(t, true, resend(t, p, c, now.Add(quiet)))
	},
	"resend is given again after an attempt was claimed": func(t *testing.T, p Ports) {
		c := newClaim()
		owe(t, p, c, now)
		same(t, true, resend(t, p, c, now))
		claim(t, p, c)
		same(t, true, resend(t, p, c, now.Add(time.Second)))
		same(t, false, resend(t, p, c, now.Add(2*time.Second)))
	},
	"resend is given again after the attempt was saved as waiting": func(t *testing.T, p Ports) {
		c := newClaim()
		d := claim(t, p, c)
		same(t, true, resend(t, p, c, now))
		finish(t, p, d, event.Waiting)
		same(t, true, resend(t, p, c, now.Add(time.Second)))
	},
	"what does not wait is not resent": func(t *testing.T, p Ports) {
		c := newClaim()
		same(t, false, resend(t, p, c, now))
		finish(t, p, claim(t, p, c), event.Parked)
		same(t, false, resend(t, p, c, now))
	},
	"unfinished has each state's deliveries that are due, until told to stop": func(t *testing.T, p Ports) {
		waiting, parked, unknown, finished := newClaim(), newClaim(), newClaim(), newClaim()
		want := map[event.State]event.Delivery{event.Waiting: claim(t, p, waiting)}
		for s, c := range map[event.State]event.Claim{event.Parked: parked, event.Unknown: unknown, event.Done: finished} {
			want[s] = finish(t, p, claim(t, p, c), s)
		}
		delete(want, event.Done)
		all := []event.Claim{waiting, parked, unknown, finished}
		for s, d := range want {
			eventually(t, string(s), func() bool {
				return cmp.Equal([]event.Delivery{d}, unfinished(t, p, s, d.Next.Add(time.Nanosecond), all...))
			})
			same(t, 0, len(unfinished(t, p, s, d.Next, all...)))
		}
		same(t, 0, len(unfinished(t, p, event.Done, now.AddDate(9, 0, 0), all...)))
		n := 0
		noError(t, p.Ledger.Unfinished(t.Context(), event.Parked, now.Add(time.Hour), func(event.Delivery) bool { n++; return false }))
		same(t, 1, n)
	},
	"unfinished comes earliest first within what shares a shard": func(t *testing.T, p Ports) {
		id := unique("evt_")
		var cs []event.Claim
		for i, a := range []string{"c", "a", "b"} {
			c := newClaim()
			c.Event, c.Action, c.Lease = id, a, now.Add(time.Duration(i+1)*time.Minute)
			claim(t, p, c)
			cs = append(cs, c)
		}
		eventually(t, "three in order", func() bool {
			ds := unfinished(t, p, event.Waiting, now.Add(time.Hour), cs...)
			return len(ds) == 3 && ds[0].Action == "c" && ds[1].Action == "a" && ds[2].Action == "b"
		})
	},
	"reopen makes it due at once and shuts the old attempt out": func(t *testing.T, p Ports) {
		for _, s := range []event.State{event.Parked, event.Unknown} {
			c := newClaim()
			d := claim(t, p, c)
			finish(t, p, d, s)
			at := now.Add(time.Hour)
			noError(t, reopen(t, p, c, at, false))
			got := delivery(t, p, c)
			same(t, event.Waiting, got.State)
			same(t, milli(at), got.Next)
			isError(t, event.ErrFenced, p.Ledger.Commit(t.Context(), done(d)))
		}
	},
	"what is reopened is counted and scheduled anew": func(t *testing.T, p Ports) {
		c := newClaim()
		d := claim(t, p, c)
		d.Effect = "receipt/1"
		finish(t, p, d, event.Unknown)
		at := now.Add(100 * time.Hour)
		noError(t, reopen(t, p, c, at, false))
		same(t, "", delivery(t, p, c).Effect)
		d = claim(t, p, next(c, at))
		same(t, 1, d.Attempt)
		same(t, milli(at), d.First)
	},
	"what was ignored can be reopened, what changed something never": func(t *testing.T, p Ports) {
		c := newClaim()
		d := claim(t, p, c)
		d.Ignored, d.Outcome = true, "ignored: stale"
		finish(t, p, d, event.Done)
		noError(t, reopen(t, p, c, now, false))
		got := delivery(t, p, c)
		same(t, false, got.Ignored)
		same(t, "", got.Outcome)
		d = claim(t, p, next(c, now))
		finish(t, p, d, event.Done)
		isError(t, event.ErrNotFound, reopen(t, p, c, now, true))
		same(t, event.Done, delivery(t, p, c).State)
	},
	"without a record or while it waits nothing is reopened": func(t *testing.T, p Ports) {
		c := newClaim()
		isError(t, event.ErrNotFound, reopen(t, p, c, now, true))
		d := claim(t, p, c)
		isError(t, event.ErrNotFound, reopen(t, p, c, now, false))
		same(t, d, delivery(t, p, c))
	},
	"what waits for longer than any attempt runs can be made due": func(t *testing.T, p Ports) {
		for _, stale := range []bool{false, true} {
			c := newClaim()
			d := claim(t, p, c)
			d.Next, d.Error = now.Add(12*time.Hour), "refused"
			noError(t, p.Ledger.Commit(t.Context(), d))
			at := milli(now.Add(time.Hour))
			noError(t, reopen(t, p, c, at, stale))
			got := delivery(t, p, c)
			same(t, []any{event.Waiting, at, 0, stale, "refused"}, []any{got.State, got.Next, got.Attempt, got.AllowStale, got.Error})
			isError(t, event.ErrFenced, p.Ledger.Commit(t.Context(), done(d)))
			isError(t, event.ErrNotFound, reopen(t, p, c, at.Add(time.Second), false))
			same(t, at, delivery(t, p, c).Next)
			same(t, at, claim(t, p, next(c, at)).First)
		}
	},
	"making it due forgets no word about late effects, and no attempt under way": func(t *testing.T, p Ports) {
		c := newClaim()
		d := claim(t, p, c)
		noError(t, reopen(t, p, c, now, true)) // noted on the attempt under way
		d.AllowStale, d.Next = true, now.Add(event.MaxLease)
		noError(t, p.Ledger.Commit(t.Context(), d))
		isError(t, event.ErrNotFound, reopen(t, p, c, now, false)) // it could be a lease
		noError(t, reopen(t, p, c, now.Add(-time.Second), false))
		same(t, true, delivery(t, p, c).AllowStale)
	},
	"that effects may come late stays noted until another reopen": func(t *testing.T, p Ports) {
		c := newClaim()
		owe(t, p, c, now)
		before := delivery(t, p, c)
		noError(t, reopen(t, p, c, now.Add(time.Second), true))
		before.AllowStale = true
		same(t, before, delivery(t, p, c))
		d := claim(t, p, c)
		same(t, true, d.AllowStale)
		finish(t, p, d, event.Parked)
		same(t, true, delivery(t, p, c).AllowStale)
		noError(t, reopen(t, p, c, now, false))
		same(t, false, delivery(t, p, c).AllowStale)
	},
	"the effect in doubt is kept with what is unknown": func(t *testing.T, p Ports) {
		c := newClaim()
		d := claim(t, p, c)
		d.Effect, d.Error = "receipt/pi_1", "no answer"
		d = finish(t, p, d, event.Unknown)
		same(t, d, delivery(t, p, c))
	},
}
