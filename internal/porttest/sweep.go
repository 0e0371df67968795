package porttest

import (
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

const quiet = 15 * time.Minute

func ensure(t *testing.T, p Ports, ref event.DeliveryRef, at time.Time) {
	t.Helper()
	noError(t, p.Ledger.Ensure(t.Context(), event.Ensured{DeliveryRef: ref, Now: at, Expires: now.Add(time.Hour)}))
}

func redeliver(t *testing.T, p Ports, ref event.DeliveryRef, at time.Time) bool {
	t.Helper()
	ours, err := p.Ledger.ClaimRedelivery(t.Context(), ref, at, quiet)
	noError(t, err)
	return ours
}

var ensureTests = map[string]func(*testing.T, Ports){
	"ensured delivery waits, due at once, without attempt": func(t *testing.T, p Ports) {
		c := newClaim()
		ensure(t, p, c.DeliveryRef, now)
		same(t, event.Delivery{
			Event: c.Event, Action: c.Action, State: event.Waiting, Ensured: true,
			Next: milli(now), Updated: milli(now), Expires: now.Add(time.Hour).Truncate(time.Second),
		}, delivery(t, p, c.DeliveryRef))
		later := next(c, now.Add(time.Hour))
		d := claim(t, p, later)
		same(t, []any{1, false, milli(later.Now)}, []any{d.Attempts, d.Ensured, d.First})
	},
	"ensure changes no existing record": func(t *testing.T, p Ports) {
		c := newClaim()
		d := claim(t, p, c)
		ensure(t, p, c.DeliveryRef, now.Add(time.Hour))
		same(t, d, delivery(t, p, c.DeliveryRef))
		d = finish(t, p, d, event.Done)
		ensure(t, p, c.DeliveryRef, now.Add(time.Hour))
		same(t, d, delivery(t, p, c.DeliveryRef))
	},
	"ensure of no key is ErrInvalid": func(t *testing.T, p Ports) {
		for _, ref := range []event.DeliveryRef{{}, {Action: "a#b", Event: "evt_1"}, {Action: "a", Event: "evt_1#1"}} {
			isError(t, event.ErrInvalid, p.Ledger.Ensure(t.Context(), event.Ensured{DeliveryRef: ref, Now: now, Expires: now}))
		}
	},
}

var redeliveryTests = map[string]func(*testing.T, Ports){
	"one caller redelivers until quiet has passed": func(t *testing.T, p Ports) {
		ref := newRef()
		ensure(t, p, ref, now)
		want := delivery(t, p, ref)
		won := make([]bool, 20)
		together(20, func(i int) { won[i] = redeliver(t, p, ref, now) })
		n := 0
		for _, w := range won {
			if w {
				n++
			}
		}
		same(t, 1, n)
		want.Sent = milli(now)
		same(t, want, delivery(t, p, ref)) // nothing else changed
		same(t, false, redeliver(t, p, ref, now.Add(quiet-time.Millisecond)))
		same(t, true, redeliver(t, p, ref, now.Add(quiet)))
	},
	"committed wait counts as sent until then": func(t *testing.T, p Ports) {
		c := newClaim()
		d := claim(t, p, c)
		d.Next, d.Sent = milli(now.Add(time.Minute)), milli(now.Add(time.Minute))
		finish(t, p, d, event.Waiting)
		same(t, false, redeliver(t, p, c.DeliveryRef, d.Sent.Add(quiet-time.Millisecond)))
		same(t, true, redeliver(t, p, c.DeliveryRef, d.Sent.Add(quiet)))
	},
	"claim keeps its own message from being doubled": func(t *testing.T, p Ports) {
		c := newClaim()
		ensure(t, p, c.DeliveryRef, now)
		same(t, true, redeliver(t, p, c.DeliveryRef, now))
		c = next(c, now.Add(quiet-time.Second))
		claim(t, p, c)
		same(t, false, redeliver(t, p, c.DeliveryRef, c.Lease.Add(-time.Millisecond)))
		same(t, false, redeliver(t, p, c.DeliveryRef, c.Now.Add(quiet-time.Millisecond)))
		same(t, true, redeliver(t, p, c.DeliveryRef, c.Now.Add(quiet)))
	},
	"running attempt is not redelivered however long it takes": func(t *testing.T, p Ports) {
		c := newClaim()
		c.Lease = now.Add(2 * quiet)
		claim(t, p, c)
		same(t, false, redeliver(t, p, c.DeliveryRef, milli(c.Lease).Add(-time.Millisecond)))
		same(t, true, redeliver(t, p, c.DeliveryRef, c.Lease))
	},
	"commit as waiting allows another redelivery": func(t *testing.T, p Ports) {
		c := newClaim()
		ensure(t, p, c.DeliveryRef, now)
		same(t, true, redeliver(t, p, c.DeliveryRef, now))
		d := claim(t, p, c)
		d.Sent = time.Time{}
		finish(t, p, d, event.Waiting)
		same(t, true, redeliver(t, p, c.DeliveryRef, now.Add(time.Second)))
	},
	"finished or missing delivery is not redelivered": func(t *testing.T, p Ports) {
		c := newClaim()
		same(t, false, redeliver(t, p, c.DeliveryRef, now))
		finish(t, p, claim(t, p, c), event.Parked)
		same(t, false, redeliver(t, p, c.DeliveryRef, now.Add(2*quiet)))
		same(t, false, redeliver(t, p, event.DeliveryRef{Action: "a#b", Event: "evt_1"}, now))
	},
	"redelivery takes no fence from the attempt": func(t *testing.T, p Ports) {
		c := newClaim()
		d := claim(t, p, c)
		same(t, true, redeliver(t, p, c.DeliveryRef, c.Now.Add(quiet)))
		d.Sent = time.Time{}
		noError(t, commit(t, p, done(d)))
		same(t, time.Time{}, delivery(t, p, c.DeliveryRef).Sent)
	},
}
