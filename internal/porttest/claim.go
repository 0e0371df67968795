package porttest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

const action = "update-order"

func newRef() event.DeliveryRef { return event.DeliveryRef{Action: action, Event: unique("evt_")} }

func newClaim() event.Claim {
	return event.Claim{
		DeliveryRef: newRef(), Owner: unique("owner-"),
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

func delivery(t *testing.T, p Ports, ref event.DeliveryRef) event.Delivery {
	t.Helper()
	d, err := p.Ledger.Delivery(t.Context(), ref)
	noError(t, err)
	return d
}

func milli(at time.Time) time.Time { return at.Truncate(time.Millisecond) }

var claimTests = map[string]func(*testing.T, Ports){
	"first claim creates the delivery": func(t *testing.T, p Ports) {
		c := newClaim()
		want := event.Delivery{
			Event: c.Event, Action: c.Action, State: event.Waiting, Attempts: 1, Owner: c.Owner, Lease: milli(c.Lease),
			Next: milli(now), Sent: milli(now), First: milli(now), Updated: milli(now), Expires: c.Expires.Truncate(time.Second),
		}
		same(t, want, claim(t, p, c))
		same(t, want, delivery(t, p, c.DeliveryRef))
	},
	"one of 50 concurrent claims wins": func(t *testing.T, p Ports) {
		c := newClaim()
		errs := make([]error, 50)
		together(50, func(i int) { _, errs[i] = p.Ledger.Claim(t.Context(), next(c, now)) })
		same(t, 1, winners(t, errs, event.ErrNotDue))
		same(t, 1, delivery(t, p, c.DeliveryRef).Attempts)
	},
	"running lease refuses another claim until it ends": func(t *testing.T, p Ports) {
		c := newClaim()
		first := claim(t, p, c)
		got, err := p.Ledger.Claim(t.Context(), next(c, milli(c.Lease).Add(-time.Millisecond)))
		isError(t, event.ErrNotDue, err)
		same(t, first, got)
		second := next(c, c.Lease)
		want := first
		want.Attempts, want.Owner, want.Lease, want.Updated, want.Sent = 2, second.Owner, milli(second.Lease), milli(c.Lease), milli(c.Lease)
		same(t, want, claim(t, p, second)) // Next and First have not moved
	},
	"claim before the next attempt is due is refused": func(t *testing.T, p Ports) {
		c := newClaim()
		d := claim(t, p, c)
		d.Next = milli(now.Add(time.Hour))
		d = finish(t, p, d, event.Waiting)
		got, err := p.Ledger.Claim(t.Context(), next(c, d.Next.Add(-time.Millisecond)))
		isError(t, event.ErrNotDue, err)
		same(t, d, got)
		got = claim(t, p, next(c, d.Next))
		same(t, d.Next, got.Next)
		same(t, 2, got.Attempts)
	},
	"lost owner cannot claim its old lease": func(t *testing.T, p Ports) {
		c := newClaim()
		claim(t, p, c)
		claim(t, p, next(c, c.Lease))
		_, err := p.Ledger.Claim(t.Context(), c)
		isError(t, event.ErrNotDue, err)
	},
	"owner that committed cannot claim before it is due": func(t *testing.T, p Ports) {
		c := newClaim()
		d := claim(t, p, c)
		d.Next = milli(now.Add(time.Hour))
		finish(t, p, d, event.Waiting)
		_, err := p.Ledger.Claim(t.Context(), c)
		isError(t, event.ErrNotDue, err)
	},
	"finished delivery is returned and not claimed": func(t *testing.T, p Ports) {
		for _, s := range []event.State{event.Done, event.Parked, event.Unknown} {
			c := newClaim()
			d := finish(t, p, claim(t, p, c), s)
			got, err := p.Ledger.Claim(t.Context(), next(c, now.Add(24*time.Hour)))
			isError(t, event.ErrFinished, err)
			same(t, d, got)
		}
	},
	"record past its expiry counts while it exists": func(t *testing.T, p Ports) {
		c := newClaim()
		c.Expires = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
		finish(t, p, claim(t, p, c), event.Done)
		_, err := p.Ledger.Claim(t.Context(), next(c, c.Expires.Add(time.Hour)))
		isError(t, event.ErrFinished, err)
	},
	"claim moves the expiry of the record": func(t *testing.T, p Ports) {
		c := newClaim()
		claim(t, p, c)
		later := next(c, c.Lease)
		later.Expires = now.AddDate(1, 0, 0)
		same(t, later.Expires.Truncate(time.Second), claim(t, p, later).Expires)
		later = next(c, later.Lease)
		later.Expires = time.Time{}
		same(t, now.AddDate(1, 0, 0).Truncate(time.Second), claim(t, p, later).Expires)
	},
	"unusable claim is ErrInvalid": func(t *testing.T, p Ports) {
		for name, change := range map[string]func(*event.Claim){
			"no lease":          func(c *event.Claim) { c.Lease = time.Time{} },
			"lease is now":      func(c *event.Claim) { c.Lease = c.Now },
			"no owner":          func(c *event.Claim) { c.Owner = "" },
			"no event":          func(c *event.Claim) { c.Event = "" },
			"no action":         func(c *event.Claim) { c.Action = "" },
			"# in event":        func(c *event.Claim) { c.Event = "effect#live/own#1" },
			"# in action":       func(c *event.Claim) { c.Action = "a#b" },
			"event is too long": func(c *event.Claim) { c.Event = strings.Repeat("x", 1024) },
		} {
			c := newClaim()
			change(&c)
			if _, err := p.Ledger.Claim(t.Context(), c); !errors.Is(err, event.ErrInvalid) {
				t.Errorf("%s: error is %v", name, err)
			}
		}
	},
}

// winners counts the errors that are nil; all others must be as expected.
func winners(t *testing.T, errs []error, other error) (n int) {
	t.Helper()
	for _, err := range errs {
		if err == nil {
			n++
		} else {
			isError(t, other, err)
		}
	}
	return n
}
