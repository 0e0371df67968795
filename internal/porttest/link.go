package porttest

import (
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

var linkTests = map[string]func(*testing.T, Ports){
	"under the same id the event learns its facts and keeps its bytes": func(t *testing.T, p Ports) {
		snapshot := newEvent()
		thin := thinEvent(snapshot, snapshot.ID)
		put(t, p, thin)
		want := fetched(snapshot, thin)
		for range 2 { // a repeat changes nothing
			link(t, p, thin.ID, want)
		}
		want.Body = thin.Body
		expires := now.Add(time.Hour).Truncate(time.Second)
		same(t, event.Stored{Event: want, Pending: true, ByFetch: true, FetchedAt: fetchedAt, Expires: expires}, get(t, p, snapshot.ID))
		found := listedAt(t, p, snapshot.ID, fetchedAt)
		same(t, true, found.ByFetch && !found.ToFetch)
		payload := get(t, p, event.RenderingID(snapshot.ID, event.Payload))
		same(t, string(snapshot.Body), string(payload.Body))
		same(t, expires, payload.Expires)
		eventually(t, "it is listed under its subject", func() bool {
			fs, err := p.Store.Related(t.Context(), snapshot.Scope, snapshot.Subject)
			noError(t, err)
			return len(fs) == 1 && fs[0].ID == snapshot.ID && fs[0].Customer == snapshot.Customer
		})
		noError(t, p.Store.MarkPublished(t.Context(), snapshot.ID, []string{"a"}))
		got := get(t, p, snapshot.ID)
		same(t, []string{"a"}, got.Subscribers)
		same(t, false, got.Pending || got.ByFetch || got.Unfetched())
	},
	"an event that is not pending does not become so": func(t *testing.T, p Ports) {
		snapshot := newEvent()
		thin := thinEvent(snapshot, snapshot.ID)
		put(t, p, thin)
		noError(t, p.Store.MarkPublished(t.Context(), thin.ID, nil))
		link(t, p, thin.ID, fetched(snapshot, thin))
		got := get(t, p, thin.ID)
		same(t, false, got.Pending)
		same(t, string(snapshot.Body), string(got.Payload()))
	},
	"under the twin's id the event is stored and the thin one becomes its rendering": func(t *testing.T, p Ports) {
		snapshot := newEvent()
		thin := thinEvent(snapshot, unique("evt_test_65"))
		put(t, p, thin)
		want := fetched(snapshot, thin)
		for range 2 {
			link(t, p, thin.ID, want)
		}
		want.Body = thin.Body
		same(t, event.Stored{Event: want, Pending: true, ByFetch: true, FetchedAt: fetchedAt, Expires: now.Add(time.Hour).Truncate(time.Second)}, get(t, p, snapshot.ID))
		listedAt(t, p, snapshot.ID, fetchedAt)
		isRendering(t, p, thin, snapshot.ID)
		res, err := p.Store.Put(t.Context(), thin, now)
		noError(t, err)
		same(t, event.ResultDuplicate, res)
	},
	"an event that has the id stays and the thin one becomes its rendering": func(t *testing.T, p Ports) {
		for _, with := range []bool{true, false} { // what was fetched
			snapshot := newEvent()
			thin := thinEvent(snapshot, unique("evt_test_65"))
			put(t, p, thin)
			put(t, p, snapshot)
			before := get(t, p, snapshot.ID)
			e := fetched(snapshot, thin)
			if !with {
				e.Fetched = nil
			}
			for range 2 {
				link(t, p, thin.ID, e)
			}
			same(t, before, get(t, p, snapshot.ID))
			isRendering(t, p, thin, snapshot.ID)
			_, err := p.Store.Get(t.Context(), event.RenderingID(snapshot.ID, event.Payload))
			isError(t, event.ErrNotFound, err)
		}
	},
	"another occurrence's id is ErrInvalid and changes nothing": func(t *testing.T, p Ports) {
		snapshot := newEvent()
		thin := thinEvent(snapshot, unique("evt_test_65"))
		put(t, p, thin)
		other := snapshot
		other.Type = "charge.refunded"
		put(t, p, other)
		err := p.Store.Link(t.Context(), event.Link{Thin: get(t, p, thin.ID), Event: fetched(snapshot, thin), At: fetchedAt})
		isError(t, event.ErrInvalid, err)
		same(t, "", get(t, p, thin.ID).Occurrence)
		same(t, true, get(t, p, thin.ID).Pending)
		err = p.Store.Link(t.Context(), event.Link{Thin: get(t, p, thin.ID), Event: event.Event{Facts: newEvent().Facts}, At: fetchedAt})
		isError(t, event.ErrInvalid, err) // nothing was fetched, and there is no such event
	},
	"a snapshot that was posted is published by dispatch": func(t *testing.T, p Ports) {
		snapshot := newEvent()
		thin := thinEvent(snapshot, snapshot.ID)
		put(t, p, thin)
		before := get(t, p, thin.ID)
		noError(t, p.Store.Link(t.Context(), event.Link{Thin: before, Event: fetched(snapshot, thin), Posted: true, At: fetchedAt}))
		link(t, p, thin.ID, fetched(snapshot, thin)) // function fetch was slower
		got := get(t, p, thin.ID)
		same(t, true, got.Pending && !got.ByFetch && !got.Unfetched())
		same(t, string(snapshot.Body), string(got.Payload()))
		found := listedAt(t, p, snapshot.ID, fetchedAt)
		same(t, true, found.Pending && !found.ByFetch)
	},
	"what does not fit is ErrTooLarge and changes nothing": func(t *testing.T, p Ports) {
		snapshot := newEvent()
		thin := thinEvent(snapshot, unique("evt_test_65"))
		put(t, p, thin)
		snapshot.Body = random(410_000)
		err := p.Store.Link(t.Context(), event.Link{Thin: get(t, p, thin.ID), Event: fetched(snapshot, thin), At: fetchedAt})
		isError(t, event.ErrTooLarge, err)
		_, err = p.Store.Get(t.Context(), snapshot.ID)
		isError(t, event.ErrNotFound, err)
	},
	"of ten at once all succeed and one event is left": func(t *testing.T, p Ports) {
		snapshot := newEvent()
		thin := thinEvent(snapshot, unique("evt_test_65"))
		put(t, p, thin)
		before := get(t, p, thin.ID)
		errs := make([]error, 10)
		together(10, func(i int) {
			if i%2 == 0 {
				_, errs[i] = p.Store.Put(t.Context(), snapshot, now)
				return
			}
			for range 20 { // transactions that meet are tried again
				if errs[i] = p.Store.Link(t.Context(), event.Link{Thin: before, Event: fetched(snapshot, thin), At: fetchedAt}); errs[i] == nil {
					return
				}
			}
		})
		for _, err := range errs {
			noError(t, err)
		}
		isRendering(t, p, thin, snapshot.ID)
		same(t, string(snapshot.Body), string(get(t, p, snapshot.ID).Payload()))
	},
}

// isRendering: the thin event leads to the other, keeps its bytes and is in no listing.
func isRendering(t *testing.T, p Ports, thin event.Event, of string) {
	t.Helper()
	got := get(t, p, thin.ID)
	same(t, event.Stored{Event: thin, Occurrence: of, Expires: now.Add(time.Hour).Truncate(time.Second)}, got)
	eventually(t, "the thin event is in no listing", func() bool {
		for s, err := range event.ReceivedBetween(t.Context(), p.Store, thin.Received, thin.Received.Add(time.Millisecond)) {
			if noError(t, err); s.ID == thin.ID {
				return false
			}
		}
		fs, err := p.Store.Related(t.Context(), thin.Scope, thin.Subject)
		noError(t, err)
		for _, f := range fs {
			if f.ID == thin.ID {
				return false
			}
		}
		return true
	})
}
