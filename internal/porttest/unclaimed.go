package porttest

import (
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// unclaimed is the record of an attempt that ran without a claim.
func unclaimed(ref event.DeliveryRef) event.Delivery {
	return event.Delivery{
		Event: ref.Event, Action: ref.Action, State: event.Done, Owner: unique("owner-"), Attempts: 1, Outcome: "paid",
		Next: milli(now), First: milli(now), Updated: milli(now), Expires: now.Add(time.Hour).Truncate(time.Second),
	}
}

// commitUnclaimed commits without a claim.
func commitUnclaimed(t *testing.T, p Ports, d event.Delivery, ws ...event.Write) error {
	t.Helper()
	return p.Ledger.Commit(t.Context(), event.Commit{Delivery: d, Writes: ws})
}

// beforeUnclaimed are the writes that an unclaimed commit loses against.
var beforeUnclaimed = map[string]func(*testing.T, Ports, event.DeliveryRef){
	"claim": func(t *testing.T, p Ports, ref event.DeliveryRef) {
		c := newClaim()
		c.DeliveryRef = ref
		claim(t, p, c)
	},
	"claim of an ensured record": func(t *testing.T, p Ports, ref event.DeliveryRef) {
		ensure(t, p, ref, now)
		c := newClaim()
		c.DeliveryRef = ref
		claim(t, p, c)
	},
	"reopen of an ensured record": func(t *testing.T, p Ports, ref event.DeliveryRef) {
		ensure(t, p, ref, now)
		noError(t, p.Ledger.Reopen(t.Context(), ref, now, false))
	},
	"discard of an ensured record": func(t *testing.T, p Ports, ref event.DeliveryRef) {
		ensure(t, p, ref, now)
		noError(t, p.Ledger.Discard(t.Context(), ref, now, "operator"))
	},
	"another unclaimed commit": func(t *testing.T, p Ports, ref event.DeliveryRef) {
		noError(t, commitUnclaimed(t, p, unclaimed(ref)))
	},
	"unclaimed commit that failed": func(t *testing.T, p Ports, ref event.DeliveryRef) {
		d := unclaimed(ref)
		d.State = event.Waiting
		noError(t, commitUnclaimed(t, p, d))
	},
}

var unclaimedTests = map[string]func(*testing.T, Ports){
	"unclaimed commit creates the record with its writes": func(t *testing.T, p Ports) {
		for _, s := range []event.State{event.Done, event.Waiting, event.Parked, event.Unknown} {
			d, key := unclaimed(newRef()), unique("pi_")
			d.State, d.Ensured, d.Lease = s, true, now.Add(time.Hour)
			noError(t, commitUnclaimed(t, p, d, write(key, 0, `{"n":1}`)))
			d.Ensured, d.Lease = false, time.Time{}
			same(t, d, delivery(t, p, d.Ref()))
			same(t, int64(1), load(t, p, key).Version)
		}
	},
	"unclaimed commit replaces an ensured record": func(t *testing.T, p Ports) {
		d := unclaimed(newRef())
		ensure(t, p, d.Ref(), now)
		same(t, true, redeliver(t, p, d.Ref(), now)) // which changes nothing else
		noError(t, commitUnclaimed(t, p, d))
		same(t, d, delivery(t, p, d.Ref()))
	},
	"unclaimed commit loses against every other write": func(t *testing.T, p Ports) {
		for name, before := range beforeUnclaimed {
			for _, s := range []event.State{event.Done, event.Waiting, event.Parked} {
				ref, key := newRef(), unique("pi_")
				before(t, p, ref)
				want := delivery(t, p, ref)
				d := unclaimed(ref)
				d.State = s
				for _, ws := range [][]event.Write{nil, {write(key, 0, `{}`)}} {
					if err := commitUnclaimed(t, p, d, ws...); !is(err, event.ErrFenced) {
						t.Errorf("%s, then %s: error is %v", name, s, err)
					}
				}
				same(t, want, delivery(t, p, ref))
				same(t, int64(0), load(t, p, key).Version)
			}
		}
	},
	"one of 20 unclaimed commits wins": func(t *testing.T, p Ports) {
		ref := newRef()
		errs := make([]error, 20)
		together(20, func(i int) { errs[i] = commitUnclaimed(t, p, unclaimed(ref)) })
		same(t, 1, winners(t, errs, event.ErrFenced))
	},
	"unclaimed commit keeps a conflict apart from a fence": func(t *testing.T, p Ports) {
		d := unclaimed(newRef())
		isError(t, event.ErrConflict, commitUnclaimed(t, p, d, write(unique("pi_"), 7, `{}`)))
		_, err := p.Ledger.Delivery(t.Context(), d.Ref())
		isError(t, event.ErrNotFound, err)
		noError(t, commitUnclaimed(t, p, d))
	},
	"unclaimed commit of a finished record stays as it was": func(t *testing.T, p Ports) {
		d := unclaimed(newRef())
		noError(t, commitUnclaimed(t, p, d))
		late := d
		late.State, late.Error = event.Waiting, "timeout"
		isError(t, event.ErrFenced, commitUnclaimed(t, p, late))
		same(t, d, delivery(t, p, d.Ref()))
	},
	"commit without owner, state or names is ErrInvalid": func(t *testing.T, p Ports) {
		for name, change := range map[string]func(*event.Delivery){
			"owner": func(d *event.Delivery) { d.Owner = "" }, "state": func(d *event.Delivery) { d.State = "" },
			"event": func(d *event.Delivery) { d.Event = "" }, "action": func(d *event.Delivery) { d.Action = "a#b" },
		} {
			d := unclaimed(newRef())
			change(&d)
			for _, ws := range [][]event.Write{nil, {write(unique("pi_"), 0, `{}`)}} {
				if err := commitUnclaimed(t, p, d, ws...); !is(err, event.ErrInvalid) {
					t.Errorf("%s: error is %v", name, err)
				}
			}
		}
	},
}
