package porttest

import (
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// lostReplyTests: every write whose first reply was lost, and which the SDK
// repeats, succeeds and happened once.
var lostReplyTests = map[string]func(*testing.T, Ports){
	"put of a new event is stored": func(t *testing.T, p Ports) {
		p.LoseReply()
		put(t, p, newEvent())
	},
	"put of a stored event is a duplicate": func(t *testing.T, p Ports) {
		e := newEvent()
		put(t, p, e)
		p.LoseReply()
		res, err := p.Store.Put(t.Context(), e, now)
		noError(t, err)
		same(t, event.ResultDuplicate, res)
	},
	"thin event is linked once": func(t *testing.T, p Ports) {
		for _, name := range []string{"", unique("evt_test_65")} {
			snapshot := newEvent()
			if name == "" {
				name = snapshot.ID
			}
			thin := thinEvent(snapshot, name)
			put(t, p, thin)
			before := get(t, p, thin.ID)
			p.LoseReply()
			noError(t, p.Store.Link(t.Context(), event.Link{Thin: before, Event: fetched(snapshot, thin), At: fetchedAt}))
			same(t, string(snapshot.Body), string(get(t, p, snapshot.ID).Payload()))
		}
	},
	"event is marked and request quarantined": func(t *testing.T, p Ports) {
		e, q := newEvent(), newQuarantined()
		put(t, p, e)
		p.LoseReply()
		noError(t, p.Store.MarkPublished(t.Context(), e.ID, []string{"a"}))
		same(t, []string{"a"}, get(t, p, e.ID).Subscribers)
		p.LoseReply()
		quarantine(t, p, q)
		p.LoseReply()
		noError(t, p.Quarantine.Discard(t.Context(), q.Endpoint, q.ID))
	},
	"claim counts one attempt": func(t *testing.T, p Ports) {
		c := newClaim()
		p.LoseReply()
		same(t, 1, claim(t, p, c).Attempts)
		p.LoseReply()
		same(t, 2, claim(t, p, next(c, c.Lease)).Attempts)
		same(t, 2, delivery(t, p, c.DeliveryRef).Attempts)
	},
	"commit is done once": func(t *testing.T, p Ports) {
		for _, s := range []event.State{event.Done, event.Waiting, event.Parked, event.Unknown} {
			for _, writes := range []int{0, 1} {
				for _, claimed := range []bool{true, false} {
					commitLost(t, p, s, writes, claimed)
				}
			}
		}
	},
	"commit that another attempt fenced stays fenced": func(t *testing.T, p Ports) {
		c := newClaim()
		late := claim(t, p, c)
		claim(t, p, next(c, c.Lease))
		for _, claimed := range []bool{true, false} {
			for _, ws := range [][]event.Write{nil, {write(unique("pi_"), 0, `{}`)}} {
				p.LoseReply()
				isError(t, event.ErrFenced, p.Ledger.Commit(t.Context(), event.Commit{Delivery: done(late), Claimed: claimed, Writes: ws}))
			}
		}
	},
	"row is written once": func(t *testing.T, p Ports) {
		key := unique("pi_")
		p.LoseReply()
		noError(t, p.Ledger.Write(t.Context(), write(key, 0, `{"n":1}`)))
		same(t, int64(1), load(t, p, key).Version)
	},
	"item is put back once": func(t *testing.T, p Ports) {
		key := unique("pi_")
		noError(t, p.Ledger.Write(t.Context(), write(key, 0, `{"n":1}`)))
		one := copied(t, p, "orders")[key]
		p.Lose(t, "orders", key)
		p.LoseReply()
		same(t, true, putBack(t, p, "orders", one))
		same(t, int64(1), load(t, p, key).Version)
	},
	"delivery is ensured and redelivered once": func(t *testing.T, p Ports) {
		ref := newRef()
		p.LoseReply()
		ensure(t, p, ref, now)
		p.LoseReply()
		same(t, true, redeliver(t, p, ref, now))
		p.LoseReply()
		same(t, false, redeliver(t, p, ref, now))
	},
	"reopen begins one round": func(t *testing.T, p Ports) {
		c := newClaim()
		finish(t, p, claim(t, p, c), event.Parked)
		p.LoseReply()
		noError(t, reopen(t, p, c.DeliveryRef, now, false))
		p.LoseReply() // waiting now
		noError(t, reopen(t, p, c.DeliveryRef, now, true))
		same(t, 2, delivery(t, p, c.DeliveryRef).Round)
		claim(t, p, next(c, now))
		p.LoseReply() // running now
		noError(t, reopen(t, p, c.DeliveryRef, now, true))
		same(t, 2, delivery(t, p, c.DeliveryRef).Round)
	},
	"reopen of a done delivery stays ErrNotFound": func(t *testing.T, p Ports) {
		c := newClaim()
		finish(t, p, claim(t, p, c), event.Done)
		p.LoseReply()
		isError(t, event.ErrNotFound, reopen(t, p, c.DeliveryRef, now, false))
	},
	"discard is done": func(t *testing.T, p Ports) {
		c := newClaim()
		finish(t, p, claim(t, p, c), event.Parked)
		p.LoseReply()
		noError(t, discard(t, p, c.DeliveryRef, now))
		same(t, event.Discarded, delivery(t, p, c.DeliveryRef).State)
	},
	"intent and its resolutions are ours": func(t *testing.T, p Ports) {
		e := newEffect()
		p.LoseReply()
		intend(t, p, e)
		for _, s := range []event.EffectState{event.EffectUnknown, event.EffectNotPerformed, event.EffectDone} {
			p.LoseReply()
			noError(t, p.Ledger.Resolve(t.Context(), resolved(e, s)))
		}
	},
	"result is remembered and extended": func(t *testing.T, p Ports) {
		e := remembered(newEffect())
		p.LoseReply()
		same(t, e, remember(t, p, e))
		p.LoseReply()
		same(t, e.Expires.Add(time.Hour), extend(t, p, e, e.Expires.Add(time.Hour)))
	},
}

func commitLost(t *testing.T, p Ports, s event.State, writes int, claimed bool) {
	t.Helper()
	d := unclaimed(newRef())
	if claimed {
		d = claim(t, p, newClaim())
	}
	d.State, d.Next = s, milli(now.Add(time.Hour))
	c := event.Commit{Delivery: d, Claimed: claimed}
	if writes > 0 {
		c.Writes = []event.Write{write(unique("pi_"), 0, `{"n":1}`)}
	}
	p.LoseReply()
	noError(t, p.Ledger.Commit(t.Context(), c))
	d.Lease = time.Time{}
	same(t, d, delivery(t, p, d.Ref()))
	for _, w := range c.Writes {
		same(t, int64(1), load(t, p, w.Key).Version)
	}
}
