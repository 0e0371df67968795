package porttest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

var erasedAt = milli(now.Add(time.Minute))

// left is what is left of an event that was erased.
func left(e event.Event) event.Stored {
	f := event.Facts{ID: e.ID, Type: e.Type, Created: e.Created, Scope: e.Scope, Received: e.Received}
	return event.Stored{Event: event.Event{Facts: f}, Erased: erasedAt, Expires: event.ErasedUntil(now.Add(time.Hour), erasedAt).Truncate(time.Second)}
}

func eraseItem(t *testing.T, p Ports, id string) {
	t.Helper()
	noError(t, p.Erasure.EraseItem(t.Context(), get(t, p, id), erasedAt))
}

func isErased(t *testing.T, p Ports, e event.Event) {
	t.Helper()
	s, err := p.Store.Get(t.Context(), e.ID)
	isError(t, event.ErrErased, err)
	isError(t, event.ErrInvalid, err)
	same(t, left(e), s)
}

var eraseTests = map[string]func(*testing.T, Ports){
	"of an event its id, type, scope and times are left": func(t *testing.T, p Ports) {
		e := newEvent()
		put(t, p, e)
		noError(t, p.Store.MarkPublished(t.Context(), e.ID, []string{"a"}))
		for range 2 {
			noError(t, p.Erasure.EraseItem(t.Context(), event.Stored{Event: e, Expires: now.Add(time.Hour)}, erasedAt))
		}
		isErased(t, p, e)
		found, err := p.Store.Events(t.Context(), []string{e.ID})
		noError(t, err)
		same(t, left(e), found[e.ID])
		isError(t, event.ErrErased, beginAny(t, p, event.DeliveryRef{Action: "a", Event: e.ID}).Err)
		eventually(t, "it is in no listing", func() bool {
			return !has(t, p, e.Received, e.Received.Add(time.Millisecond), e.ID) &&
				len(related(t, p, e.Scope, e.Subject)) == 0 &&
				!slices.ContainsFunc(ofCustomer(t, p, e.Scope, e.Customer, 100), func(f event.Facts) bool { return f.ID == e.ID })
		})
	},
	"an erased event that comes again is a duplicate in every form": func(t *testing.T, p Ports) {
		e := newEvent()
		put(t, p, e)
		eraseItem(t, p, e.ID)
		for _, again := range []event.Event{e, rendering(e), thinEvent(e, e.ID)} {
			res, err := p.Store.Put(t.Context(), again, now.Add(time.Hour))
			noError(t, err)
			same(t, event.ResultDuplicate, res)
		}
		noError(t, p.Store.MarkOnBus(t.Context(), e.ID))
		isErased(t, p, e)
	},
	"what never was an event can be left like one": func(t *testing.T, p Ports) {
		e := newEvent()
		noError(t, p.Erasure.EraseItem(t.Context(), event.Stored{Event: e, Expires: now.Add(time.Hour)}, erasedAt))
		isErased(t, p, e)
	},
	"a thin event learns nothing once it is erased": func(t *testing.T, p Ports) {
		snapshot := newEvent()
		for _, id := range []string{snapshot.ID, unique("evt_test_65")} {
			thin := thinEvent(snapshot, id)
			put(t, p, thin)
			before := get(t, p, thin.ID)
			eraseItem(t, p, thin.ID)
			err := p.Store.Link(t.Context(), event.Link{Thin: before, Event: fetched(snapshot, thin), At: fetchedAt})
			isError(t, event.ErrConflict, err)
			isErased(t, p, thin)
			_, err = p.Store.Get(t.Context(), event.RenderingID(snapshot.ID, event.Payload))
			isError(t, event.ErrNotFound, err)
			snapshot = newEvent()
		}
	},
	"a thin event whose twin is erased is erased, too": func(t *testing.T, p Ports) {
		for _, with := range []bool{true, false} { // what was fetched
			snapshot := newEvent()
			put(t, p, snapshot)
			eraseItem(t, p, snapshot.ID)
			thin := thinEvent(snapshot, unique("evt_test_65"))
			put(t, p, thin)
			e := fetched(snapshot, thin)
			if !with {
				e.Fetched = nil
			}
			link(t, p, thin.ID, e)
			isErased(t, p, thin)
			isErased(t, p, snapshot)
		}
	},
	"all items are found, in every form": func(t *testing.T, p Ports) {
		e, other := newEvent(), newEvent()
		put(t, p, e)
		put(t, p, other)
		eraseItem(t, p, other.ID)
		noError(t, p.Store.PutRendering(t.Context(), rendering(e), "dahlia", now.Add(time.Hour)))
		found := map[string]event.Stored{}
		for after, more := "", true; more; more = after != "" {
			page, next, err := p.Erasure.Items(t.Context(), after)
			if err != nil && !errors.Is(err, event.ErrInvalid) {
				t.Fatal(err)
			}
			for _, s := range page {
				found[s.ID] = s
			}
			after = next
		}
		same(t, get(t, p, e.ID), found[e.ID])
		same(t, get(t, p, event.RenderingID(e.ID, "dahlia")), found[event.RenderingID(e.ID, "dahlia")])
		same(t, left(other), found[other.ID])
	},
	"of a delivery it is left that it ended, and no attempt commits": func(t *testing.T, p Ports) {
		c := newClaim()
		running := claim(t, p, c)
		finished := full(newRef())
		finished.State = event.Done
		noError(t, commitUnclaimed(t, p, finished))
		for _, d := range []event.Delivery{running, finished, {Event: unique("evt_"), Action: action, State: event.Done}} {
			if d.State != event.Done {
				d.State = event.Discarded
			}
			d.Updated, d.By, d.Expires = erasedAt, "erased", now.Add(time.Hour).Truncate(time.Second)
			noError(t, p.Erasure.EraseDelivery(t.Context(), d))
			got := delivery(t, p, d.Ref())
			want := event.Delivery{Event: d.Event, Action: d.Action, State: d.State, Owner: got.Owner, Next: erasedAt, Updated: erasedAt, By: "erased", Expires: d.Expires}
			same(t, want, got)
			same(t, true, got.Owner != "" && got.Owner != d.Owner)
			isError(t, event.ErrFenced, commitUnclaimed(t, p, unclaimed(d.Ref())))
		}
		isError(t, event.ErrFenced, commit(t, p, done(running)))
	},
	"of an effect its key and state are left, and a read goes": func(t *testing.T, p Ports) {
		finished, running, read := newEffect(), newEffect(), remembered(newEffect())
		intend(t, p, finished)
		byOperator := resolved(finished, event.EffectDone)
		byOperator.ByOperator = true
		noError(t, p.Ledger.Resolve(t.Context(), byOperator))
		intend(t, p, running)
		remember(t, p, read)
		for _, e := range []event.Effect{effect(t, p, finished), effect(t, p, running), read, newEffect()} {
			noError(t, p.Erasure.EraseEffect(t.Context(), e, erasedAt))
		}
		got := effect(t, p, finished)
		want := finished
		want.State, want.Owner, want.Updated, want.Result = event.EffectDone, got.Owner, erasedAt, event.NoResult
		same(t, want, got)
		_, err := p.Ledger.Intend(t.Context(), sameKey(finished))
		isError(t, event.ErrTaken, err)
		isError(t, event.ErrFenced, p.Ledger.Resolve(t.Context(), resolved(running, event.EffectDone)))
		_, err = p.Ledger.Effect(t.Context(), read.EffectRef)
		isError(t, event.ErrNotFound, err)
	},
	"all deliveries and effects are found": func(t *testing.T, p Ports) {
		d, e := full(newRef()), newEffect()
		noError(t, commitUnclaimed(t, p, d))
		intend(t, p, e)
		var gotD, gotE bool
		for after, more := "", true; more; more = after != "" {
			ds, es, next, err := p.Erasure.Records(t.Context(), after)
			if err != nil && !errors.Is(err, event.ErrInvalid) {
				t.Fatal(err)
			}
			gotD = gotD || slices.ContainsFunc(ds, func(o event.Delivery) bool { return o.Ref() == d.Ref() })
			gotE = gotE || slices.ContainsFunc(es, func(o event.Effect) bool { return o.EffectRef == e.EffectRef })
			after = next
		}
		same(t, true, gotD && gotE)
	},
	"a row is removed in the version that was read": func(t *testing.T, p Ports) {
		key := unique("row-")
		noError(t, p.Ledger.Write(t.Context(), write(key, 0, `{"n":1}`)))
		isError(t, event.ErrConflict, p.Erasure.RemoveRow(t.Context(), "orders", key, 2))
		same(t, int64(1), load(t, p, key).Version)
		for range 2 {
			noError(t, p.Erasure.RemoveRow(t.Context(), "orders", key, 1))
		}
		same(t, int64(0), load(t, p, key).Version)
	},
}
