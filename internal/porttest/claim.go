package porttest

import (
	"errors"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

const action = "update-order"

func newClaim() event.Claim {
	return event.Claim{
		Event: unique("evt_"), Action: action, Owner: unique("owner-"),
		Now: now, Lease: now.Add(time.Minute), Expires: now.Add(time.Hour),
	}
}

// next is the claim of another attempt at that time.
func next(c event.Claim, at time.Time) event.Claim {
	c.Owner, c.Now, c.Lease = unique("owner-"), at, at.Add(time.Minute)
	return c
}

func claim(t *testing.T, p Ports, c event.Claim) event.Delivery {
	t.Helper()
	d, err := p.Ledger.Claim(t.Context(), c)
	noError(t, err)
	return d
}

func delivery(t *testing.T, p Ports, c event.Claim) event.Delivery {
	t.Helper()
	d, err := p.Ledger.Delivery(t.Context(), c.Event, c.Action)
	noError(t, err)
	return d
}

// finish ends the delivery in the state.
func finish(t *testing.T, p Ports, d event.Delivery, s event.State) event.Delivery {
	t.Helper()
	d.State, d.Updated, d.Next = s, now.Truncate(time.Millisecond), now.Truncate(time.Millisecond)
	noError(t, p.Ledger.Commit(t.Context(), d))
	return d
}

func milli(at time.Time) time.Time { return at.Truncate(time.Millisecond) }

var claimTests = map[string]func(*testing.T, Ports){
	"the first claim creates the delivery": func(t *testing.T, p Ports) {
		c := newClaim()
		want := event.Delivery{
			Event: c.Event, Action: c.Action, State: event.Waiting, Attempt: 1, Next: milli(c.Lease), Owner: c.Owner,
			First: milli(now), Updated: milli(now), Expires: c.Expires.Truncate(time.Second),
		}
		same(t, want, claim(t, p, c))
		same(t, want, delivery(t, p, c))
	},
	"of 50 concurrent claims exactly one wins": func(t *testing.T, p Ports) {
		c := newClaim()
		errs := make([]error, 50)
		together(50, func(i int) { _, errs[i] = p.Ledger.Claim(t.Context(), next(c, now)) })
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				isError(t, event.ErrNotDue, err)
			}
		}
		same(t, 1, won)
		same(t, 1, delivery(t, p, c).Attempt)
	},
	"before the lease ends nobody else may claim, from its end on one may": func(t *testing.T, p Ports) {
		c := newClaim()
		first := claim(t, p, c)
		got, err := p.Ledger.Claim(t.Context(), next(c, milli(c.Lease).Add(-time.Millisecond)))
		isError(t, event.ErrNotDue, err)
		same(t, first, got)
		second := next(c, c.Lease)
		d := claim(t, p, second)
		same(t, 2, d.Attempt)
		same(t, second.Owner, d.Owner)
		same(t, milli(second.Lease), d.Next)
		same(t, first.First, d.First)
	},
	"an old owner cannot claim its own lease again after losing it": func(t *testing.T, p Ports) {
		c := newClaim()
		claim(t, p, c)
		claim(t, p, next(c, c.Lease))
		_, err := p.Ledger.Claim(t.Context(), c)
		isError(t, event.ErrNotDue, err)
	},
	"what is finished cannot be claimed and is returned as it stands": func(t *testing.T, p Ports) {
		for _, s := range []event.State{event.Done, event.Parked, event.Unknown} {
			c := newClaim()
			d := finish(t, p, claim(t, p, c), s)
			got, err := p.Ledger.Claim(t.Context(), next(c, now.Add(24*time.Hour)))
			isError(t, event.ErrFinished, err)
			same(t, d, got)
		}
	},
	"a record past its time to live counts as long as it is there": func(t *testing.T, p Ports) {
		c := newClaim()
		c.Expires = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
		finish(t, p, claim(t, p, c), event.Done)
		_, err := p.Ledger.Claim(t.Context(), next(c, c.Expires.Add(time.Hour)))
		isError(t, event.ErrFinished, err)
	},
	"a lease counts by its own time, whatever the record's time to live": func(t *testing.T, p Ports) {
		c := newClaim()
		c.Expires = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
		c.Now, c.Lease = c.Expires.Add(time.Hour), c.Expires.Add(2*time.Hour)
		first := claim(t, p, c)
		got, err := p.Ledger.Claim(t.Context(), next(c, c.Lease.Add(-time.Second)))
		isError(t, event.ErrNotDue, err)
		same(t, first, got)
		same(t, 2, claim(t, p, next(c, c.Lease)).Attempt)
	},
	"a claim without a lease, an owner or a usable id is ErrInvalid": func(t *testing.T, p Ports) {
		for name, change := range map[string]func(*event.Claim){
			"no lease":      func(c *event.Claim) { c.Lease = time.Time{} },
			"lease is now":  func(c *event.Claim) { c.Lease = c.Now },
			"no owner":      func(c *event.Claim) { c.Owner = "" },
			"no event":      func(c *event.Claim) { c.Event = "" },
			"no action":     func(c *event.Claim) { c.Action = "" },
			"effect prefix": func(c *event.Claim) { c.Event = "effect#1" },
		} {
			c := newClaim()
			change(&c)
			if _, err := p.Ledger.Claim(t.Context(), c); !errors.Is(err, event.ErrInvalid) {
				t.Errorf("%s: error is %v", name, err)
			}
		}
	},
	"deliveries are kept apart by action and listed by event": func(t *testing.T, p Ports) {
		a := newClaim()
		b := a
		b.Action = "send-receipt"
		want := []event.Delivery{claim(t, p, b), claim(t, p, a)}
		got, err := p.Ledger.Deliveries(t.Context(), a.Event)
		noError(t, err)
		same(t, want, got)
		got, err = p.Ledger.Deliveries(t.Context(), unique("evt_"))
		noError(t, err)
		same(t, 0, len(got))
	},
	"no delivery is ErrNotFound": func(t *testing.T, p Ports) {
		_, err := p.Ledger.Delivery(t.Context(), unique("evt_"), action)
		isError(t, event.ErrNotFound, err)
	},
}
