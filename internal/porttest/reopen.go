package porttest

import (
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

func reopen(t *testing.T, p Ports, ref event.DeliveryRef, at time.Time, allowStale bool) error {
	t.Helper()
	return p.Ledger.Reopen(t.Context(), ref, at, allowStale)
}

// reopened is what a reopening makes of the record, but for its new owner.
func reopened(d event.Delivery, at time.Time, allowStale bool) event.Delivery {
	d.State, d.Next, d.Updated, d.Reopened = event.Waiting, milli(at), milli(at), milli(at)
	d.Before, d.Round, d.AllowStale = d.Attempts, d.Round+1, allowStale
	d.Ensured, d.Lease, d.Sent, d.Withheld = false, time.Time{}, time.Time{}, false
	d.Outcome, d.Error, d.Effect, d.Effects = "", "", "", nil
	return d
}

// isReopened checks the record and that the attempts before cannot commit.
func isReopened(t *testing.T, p Ports, before event.Delivery, at time.Time, allowStale bool) event.Delivery {
	t.Helper()
	got := delivery(t, p, before.Ref())
	want := reopened(before, at, allowStale)
	if got.Owner == "" || got.Owner == before.Owner {
		t.Errorf("owner is %q", got.Owner)
	}
	want.Owner = got.Owner
	same(t, want, got)
	if before.Owner != "" {
		isError(t, event.ErrFenced, commit(t, p, done(before)))
	}
	isError(t, event.ErrFenced, commitUnclaimed(t, p, unclaimed(before.Ref())))
	return got
}

var reopenTests = map[string]func(*testing.T, Ports){
	"parked, unknown or withheld delivery begins a round": func(t *testing.T, p Ports) {
		for _, s := range []event.State{event.Parked, event.Unknown, event.Done} {
			for _, stale := range []bool{false, true} {
				d := full(newRef())
				d.State = s
				noError(t, commitUnclaimed(t, p, d))
				at := now.Add(time.Hour)
				noError(t, reopen(t, p, d.Ref(), at, stale))
				isReopened(t, p, d, at, stale)
			}
		}
	},
	"waiting delivery becomes due in a new round": func(t *testing.T, p Ports) {
		d := full(newRef())
		d.State, d.Next = event.Waiting, milli(now.Add(12*time.Hour))
		noError(t, commitUnclaimed(t, p, d))
		noError(t, reopen(t, p, d.Ref(), now, false))
		d = isReopened(t, p, d, now, false)
		noError(t, reopen(t, p, d.Ref(), now.Add(time.Second), true))
		isReopened(t, p, d, now.Add(time.Second), true)
	},
	"ensured delivery is reopened with an owner": func(t *testing.T, p Ports) {
		ref := newRef()
		ensure(t, p, ref, now)
		same(t, true, redeliver(t, p, ref, now))
		d := delivery(t, p, ref)
		noError(t, reopen(t, p, ref, now, false))
		isReopened(t, p, d, now, false)
		same(t, true, redeliver(t, p, ref, now))
	},
	"delivery is reopened when its lease has ended": func(t *testing.T, p Ports) {
		c := newClaim()
		d := claim(t, p, c)
		noError(t, reopen(t, p, c.DeliveryRef, c.Lease, false))
		isReopened(t, p, d, c.Lease, false)
	},
	"reopened delivery can be claimed at once": func(t *testing.T, p Ports) {
		c := newClaim()
		finish(t, p, claim(t, p, c), event.Parked)
		at := now.Add(100 * time.Hour)
		noError(t, reopen(t, p, c.DeliveryRef, at, true))
		d := claim(t, p, next(c, at))
		same(t, []any{2, 1, 1, true, milli(now)}, []any{d.Attempts, d.Before, d.Round, d.AllowStale, d.First})
		same(t, milli(at), d.RoundBegan())
	},
	"done or discarded delivery stays as it is": func(t *testing.T, p Ports) {
		c, other := newClaim(), newClaim()
		finished := finish(t, p, claim(t, p, c), event.Done)
		finish(t, p, claim(t, p, other), event.Parked)
		noError(t, p.Ledger.Discard(t.Context(), other.DeliveryRef, now, "operator"))
		discarded := delivery(t, p, other.DeliveryRef)
		for _, d := range []event.Delivery{finished, discarded} {
			for _, stale := range []bool{false, true} {
				isError(t, event.ErrNotFound, reopen(t, p, d.Ref(), now, stale))
			}
			same(t, d, delivery(t, p, d.Ref()))
		}
	},
	"missing delivery is not reopened": func(t *testing.T, p Ports) {
		for _, ref := range []event.DeliveryRef{newRef(), {}, {Action: "a#b", Event: "evt_1"}} {
			isError(t, event.ErrNotFound, reopen(t, p, ref, now, true))
		}
	},
	"running attempt keeps its lease and loses to a wish": func(t *testing.T, p Ports) {
		c := newClaim()
		d := claim(t, p, c)
		noError(t, reopen(t, p, c.DeliveryRef, now, false))
		same(t, d, delivery(t, p, c.DeliveryRef))
		noError(t, reopen(t, p, c.DeliveryRef, milli(c.Lease).Add(-time.Millisecond), true))
		want := delivery(t, p, c.DeliveryRef)
		same(t, true, want.AllowStale && want.Owner != d.Owner && want.Lease.Equal(d.Lease))
		noError(t, reopen(t, p, c.DeliveryRef, now, false))
		same(t, want, delivery(t, p, c.DeliveryRef))
		isError(t, event.ErrFenced, commit(t, p, done(d)))
		same(t, true, claim(t, p, next(c, c.Lease)).AllowStale)
	},
	"running attempt that has the wish goes on": func(t *testing.T, p Ports) {
		c := newClaim()
		finish(t, p, claim(t, p, c), event.Parked)
		noError(t, reopen(t, p, c.DeliveryRef, now, true))
		d := claim(t, p, next(c, now))
		noError(t, reopen(t, p, c.DeliveryRef, milli(d.Lease).Add(-time.Millisecond), true))
		same(t, d, delivery(t, p, c.DeliveryRef))
		noError(t, commit(t, p, done(d)))
	},
	"stale stays noted until another reopen": func(t *testing.T, p Ports) {
		c := newClaim()
		finish(t, p, claim(t, p, c), event.Parked)
		noError(t, reopen(t, p, c.DeliveryRef, now, true))
		finish(t, p, claim(t, p, next(c, now)), event.Parked)
		same(t, true, delivery(t, p, c.DeliveryRef).AllowStale)
		noError(t, reopen(t, p, c.DeliveryRef, now, false))
		same(t, false, delivery(t, p, c.DeliveryRef).AllowStale)
	},
}
