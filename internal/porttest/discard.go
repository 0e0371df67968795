package porttest

import (
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

func discard(t *testing.T, p Ports, ref event.DeliveryRef, at time.Time) error {
	t.Helper()
	return p.Ledger.Discard(t.Context(), ref, at, "operator: duplicate")
}

var discardTests = map[string]func(*testing.T, Ports){
	"parked, unknown or waiting delivery ends for good": func(t *testing.T, p Ports) {
		for _, s := range []event.State{event.Parked, event.Unknown, event.Waiting} {
			d := full(newRef())
			d.State = s
			noError(t, commitUnclaimed(t, p, d))
			at := now.Add(time.Hour)
			noError(t, discard(t, p, d.Ref(), at))
			got := delivery(t, p, d.Ref())
			want := d
			want.State, want.By, want.Next, want.Updated, want.Sent, want.Owner = event.Discarded, "operator: duplicate", milli(at), milli(at), time.Time{}, got.Owner
			same(t, want, got)
			same(t, true, got.Owner != d.Owner && got.Owner != "")
			isError(t, event.ErrFenced, commit(t, p, done(d)))
			isError(t, event.ErrNotFound, discard(t, p, d.Ref(), at))
			_, err := p.Ledger.Claim(t.Context(), event.Claim{DeliveryRef: d.Ref(), Owner: "o", Now: at.Add(time.Hour), Lease: at.Add(2 * time.Hour)})
			isError(t, event.ErrFinished, err)
		}
	},
	"ensured delivery is discarded": func(t *testing.T, p Ports) {
		ref := newRef()
		ensure(t, p, ref, now)
		noError(t, discard(t, p, ref, now))
		d := delivery(t, p, ref)
		same(t, event.Discarded, d.State)
		same(t, false, d.Ensured)
		same(t, false, redeliver(t, p, ref, now))
	},
	"running attempt is not discarded until its lease ends": func(t *testing.T, p Ports) {
		c := newClaim()
		d := claim(t, p, c)
		isError(t, event.ErrNotFound, discard(t, p, c.DeliveryRef, now))
		same(t, d, delivery(t, p, c.DeliveryRef))
		noError(t, discard(t, p, c.DeliveryRef, c.Lease))
		same(t, time.Time{}, delivery(t, p, c.DeliveryRef).Lease)
		isError(t, event.ErrFenced, commit(t, p, done(d)))
	},
	"done or missing delivery is not discarded": func(t *testing.T, p Ports) {
		d := unclaimed(newRef())
		d.Withheld = true
		noError(t, commitUnclaimed(t, p, d))
		isError(t, event.ErrNotFound, discard(t, p, d.Ref(), now))
		same(t, d, delivery(t, p, d.Ref()))
		for _, ref := range []event.DeliveryRef{newRef(), {}, {Action: "a#b", Event: "evt_1"}} {
			isError(t, event.ErrNotFound, discard(t, p, ref, now))
		}
	},
}
