package porttest

import (
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

var lostReplyTests = map[string]func(*testing.T, Ports){
	"put is our own write": func(t *testing.T, p Ports) {
		p.LoseReply()
		put(t, p, newEvent())
	},
	"put is still a duplicate of an earlier one": func(t *testing.T, p Ports) {
		e := newEvent()
		put(t, p, e)
		p.LoseReply()
		res, err := p.Store.Put(t.Context(), e, now)
		noError(t, err)
		same(t, event.PutDuplicate, res)
	},
	"published, republish and hold are done": func(t *testing.T, p Ports) {
		e, q := newEvent(), newQuarantined()
		put(t, p, e)
		p.LoseReply()
		noError(t, p.Store.MarkPublished(t.Context(), e.ID, []string{"a"}))
		p.LoseReply()
		noError(t, p.Store.Republish(t.Context(), e.ID, "a"))
		same(t, "a", get(t, p, e.ID).Only)
		p.LoseReply()
		noError(t, p.Quarantine.Hold(t.Context(), q))
	},
	"claim is ours and counts one attempt": func(t *testing.T, p Ports) {
		c := newClaim()
		p.LoseReply()
		same(t, 1, claim(t, p, c).Attempt)
		same(t, 1, delivery(t, p, c).Attempt)
	},
	"claim over an earlier attempt is ours too": func(t *testing.T, p Ports) {
		c := newClaim()
		claim(t, p, c)
		p.LoseReply()
		same(t, 2, claim(t, p, next(c, c.Lease)).Attempt)
	},
	"save alone and with writes is done once": func(t *testing.T, p Ports) {
		for _, s := range []event.State{event.Done, event.Waiting, event.Parked} {
			for _, ws := range [][]event.Write{nil, {write(unique("pi_"), 0, `{"n":1}`)}} {
				c := newClaim()
				d := claim(t, p, c)
				d.State, d.Next = s, milli(now.Add(time.Hour))
				p.LoseReply()
				noError(t, p.Ledger.Commit(t.Context(), d, ws...))
				same(t, d, delivery(t, p, c))
				for _, w := range ws {
					same(t, int64(1), load(t, p, w.Key).Version)
				}
			}
		}
	},
	"a save that somebody else fenced is still fenced": func(t *testing.T, p Ports) {
		c := newClaim()
		late := claim(t, p, c)
		claim(t, p, next(c, c.Lease))
		p.LoseReply()
		isError(t, event.ErrFenced, p.Ledger.Commit(t.Context(), done(late), write(unique("pi_"), 0, `{}`)))
	},
	"write is done once": func(t *testing.T, p Ports) {
		key := unique("pi_")
		p.LoseReply()
		noError(t, p.Ledger.Write(t.Context(), write(key, 0, `{"n":1}`)))
		same(t, int64(1), load(t, p, key).Version)
	},
	"owe, resend and reopen are done": func(t *testing.T, p Ports) {
		c := newClaim()
		p.LoseReply()
		owe(t, p, c, now)
		p.LoseReply()
		same(t, true, resend(t, p, c, now))
		same(t, false, resend(t, p, c, now))
		finish(t, p, claim(t, p, c), event.Parked)
		p.LoseReply()
		noError(t, p.Ledger.Reopen(t.Context(), c.Event, c.Action, now, false))
		d := claim(t, p, c)
		d.Next = now.Add(12 * time.Hour)
		noError(t, p.Ledger.Commit(t.Context(), d))
		p.LoseReply()
		noError(t, p.Ledger.Reopen(t.Context(), c.Event, c.Action, now.Add(time.Minute), false))
	},
	"intend and settle are ours": func(t *testing.T, p Ports) {
		e := newEffect()
		p.LoseReply()
		intend(t, p, e)
		p.LoseReply()
		noError(t, p.Ledger.Resolve(t.Context(), settled(e, event.EffectUnknown)))
		p.LoseReply()
		noError(t, p.Ledger.Resolve(t.Context(), settled(e, event.EffectDone)))
	},
}
