package porttest

import (
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// fetchedAt is when thin events are fetched.
var fetchedAt = now.Add(3 * time.Hour).Truncate(time.Millisecond)

// thinEvent is the thin form of a snapshot event, with that one's id or another.
func thinEvent(of event.Event, id string) event.Event {
	e := event.Event{Facts: of.Facts, Body: []byte(`{"object":"v2.core.event"}`)}
	e.ID, e.SentAs, e.APIVersion, e.Subject, e.Customer, e.Amount, e.Currency, e.Status = id, "v1."+of.Type, "", of.Object, "", nil, "", ""
	e.Created = of.Created.Add(-2 * time.Second)
	return e
}

// fetched is what is learnt of the thin event: that of the snapshot.
func fetched(of, thin event.Event) event.Event {
	e := event.Event{Facts: of.Facts, Fetched: of.Body}
	e.SentAs, e.Endpoint, e.Received = thin.SentAs, thin.Endpoint, fetchedAt
	return e
}

var thinTests = map[string]func(*testing.T, Ports){
	"thin event waits for function fetch": func(t *testing.T, p Ports) {
		e := thinEvent(newEvent(), unique("evt_test_65"))
		put(t, p, e)
		got := get(t, p, e.ID)
		same(t, event.Stored{Event: e, Pending: true, ByFetch: true, ToFetch: true, Expires: now.Add(time.Hour).Truncate(time.Second)}, got)
		same(t, true, got.Unfetched())
		found := listedAt(t, p, e.ID, e.Received)
		same(t, true, found.Pending && found.ByFetch && found.ToFetch)
		noError(t, p.Store.MarkPublished(t.Context(), e.ID, nil))
		got = get(t, p, e.ID)
		same(t, false, got.Pending || got.ByFetch)
		same(t, true, got.Unfetched())
	},
	"snapshot after its thin twin is the missing payload": func(t *testing.T, p Ports) {
		snapshot := newEvent()
		put(t, p, thinEvent(snapshot, snapshot.ID))
		for range 2 {
			res, err := p.Store.Put(t.Context(), snapshot, now)
			noError(t, err)
			same(t, event.ResultUnfetched, res)
		}
		same(t, "v1."+snapshot.Type, get(t, p, snapshot.ID).SentAs)
	},
	"thin twin after the snapshot is a duplicate": func(t *testing.T, p Ports) {
		snapshot := newEvent()
		put(t, p, snapshot)
		res, err := p.Store.Put(t.Context(), thinEvent(snapshot, snapshot.ID), now)
		noError(t, err)
		same(t, event.ResultDuplicate, res)
		same(t, snapshot, get(t, p, snapshot.ID).Event)
	},
	"twins of which one names no object are one occurrence": func(t *testing.T, p Ports) {
		snapshot := newEvent()
		put(t, p, snapshot)
		thin := thinEvent(snapshot, snapshot.ID)
		thin.Object = ""
		res, err := p.Store.Put(t.Context(), thin, now)
		noError(t, err)
		same(t, event.ResultDuplicate, res)
	},
	"thin event of another occurrence is a conflict": func(t *testing.T, p Ports) {
		snapshot := newEvent()
		put(t, p, snapshot)
		for name, change := range map[string]func(*event.Event){
			"type":     func(e *event.Event) { e.Type = "charge.refunded" },
			"livemode": func(e *event.Event) { e.Livemode = false },
			"account":  func(e *event.Event) { e.Account = "acct_2" },
			"object":   func(e *event.Event) { e.Object = "pi_other" },
		} {
			thin := thinEvent(snapshot, snapshot.ID)
			change(&thin)
			res, err := p.Store.Put(t.Context(), thin, now)
			noError(t, err)
			if res != event.ResultConflict {
				t.Errorf("another %s: %s, want a conflict", name, res)
			}
		}
	},
	"begin reads what was fetched with the event": func(t *testing.T, p Ports) {
		snapshot := newEvent()
		thin := thinEvent(snapshot, snapshot.ID)
		put(t, p, thin)
		link(t, p, thin.ID, fetched(snapshot, thin))
		whole := newEvent()
		put(t, p, whole)
		all := p.Ledger.Begin(t.Context(), []event.DeliveryRef{{Action: "send-receipt", Event: whole.ID}, {Action: "send-receipt", Event: snapshot.ID}})
		noError(t, all[0].Err)
		same(t, string(whole.Body), string(all[0].Stored.Payload()))
		noError(t, all[1].Err)
		s, d := all[1].Stored, all[1].Delivery
		same(t, event.State(""), d.State)
		same(t, string(snapshot.Body), string(s.Payload()))
		same(t, string(thin.Body), string(s.Body))
	},
}

// link links the thin event to what was fetched.
func link(t *testing.T, p Ports, thin string, e event.Event) {
	t.Helper()
	noError(t, p.Store.Link(t.Context(), event.Link{Thin: get(t, p, thin), Event: e, At: fetchedAt}))
}

// listedAt finds the event in the listing by receipt, which may be a second behind.
func listedAt(t *testing.T, p Ports, id string, at time.Time) (found event.Stored) {
	t.Helper()
	eventually(t, id+" is listed", func() bool {
		for s, err := range event.ReceivedBetween(t.Context(), p.Store, at, at.Add(time.Millisecond)) {
			if noError(t, err); s.ID == id {
				found = s
				return true
			}
		}
		return false
	})
	return found
}
