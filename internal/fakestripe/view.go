package fakestripe

import (
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// view is what a key sees: the objects of one account and mode.
type view struct {
	api *API
	event.Scope
}

// find returns an object that the key may see, or nil.
func (v view) find(id string) *entry {
	e := v.api.objects[v.Account][id]
	if e == nil {
		e = v.api.made[v.Account][id]
	}
	if e == nil || !v.sees(e) {
		return nil
	}
	return e
}

// sees compares modes, and hides old events as Stripe does.
func (v view) sees(e *entry) bool {
	if _, gone := e.members["_deleted"]; gone {
		return false
	}
	if live, known := v.mode(e, 3); known && live != v.Livemode {
		return false
	}
	return e.kind != "event" && e.kind != thinKind || !v.api.tooOld(e.created)
}

// owners are the members by which an object without a mode belongs to another.
var owners = []string{"source", "charge", "payment_intent", "subscription", "payout", "_session", "_customer", "_payout"}

// mode is the object's own, else that of the one it belongs to, else unknown.
func (v view) mode(e *entry, steps int) (live, known bool) {
	for _, name := range []string{"livemode", "_livemode"} {
		if own, ok := e.members[name]; ok && string(own) != "null" {
			return string(own) == "true", true
		}
	}
	for _, name := range owners {
		id := text(e.members[name])
		owner := v.api.objects[v.Account][id]
		if id == "" || owner == nil || steps == 0 {
			continue
		}
		if live, known := v.mode(owner, steps-1); known {
			return live, true
		}
	}
	return false, false
}

// keep is how long Stripe keeps events.
const keep = 30 * 24 * time.Hour

// tooOld reports whether Stripe does not return an event any more.
func (a *API) tooOld(created int64) bool {
	return a.Now != nil && created < a.Now().Add(-keep).Unix()
}
