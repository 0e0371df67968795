package porttest

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// rendering is the event in another API version.
func rendering(e event.Event) event.Event {
	e.APIVersion, e.Body, e.Received = "2026-08-26.dahlia", []byte("{}"), now.Add(time.Minute).Truncate(time.Millisecond)
	return e
}

var storeTests = map[string]func(*testing.T, Ports){
	"event is read back with its bytes unchanged": func(t *testing.T, p Ports) {
		e := newEvent()
		put(t, p, e)
		got, err := p.Store.Get(t.Context(), e.ID)
		noError(t, err)
		same(t, event.Stored{Event: e, Pending: true, Expires: now.Add(time.Hour).Truncate(time.Second)}, got)
	},
	"event with few facts is read back": func(t *testing.T, p Ports) {
		e := event.Event{Facts: event.Facts{ID: unique("evt_"), Type: "ping", Created: now.Truncate(time.Second)}, Body: []byte("{}")}
		put(t, p, e)
		got, err := p.Store.Get(t.Context(), e.ID)
		noError(t, err)
		same(t, e, got.Event)
	},
	"missing event is ErrNotFound": func(t *testing.T, p Ports) {
		for _, id := range []string{unique("evt_"), "", strings.Repeat("x", 3000)} {
			_, err := p.Store.Get(t.Context(), id)
			isError(t, event.ErrNotFound, err)
		}
	},
	"several are what Get returns of each, in order": func(t *testing.T, p Ports) {
		e, erased, snapshot := newEvent(), newEvent(), newEvent()
		thin := thinEvent(snapshot, snapshot.ID)
		for _, e := range []event.Event{e, erased, thin} {
			put(t, p, e)
		}
		link(t, p, thin.ID, fetched(snapshot, thin))
		noError(t, p.Erasure.EraseItem(t.Context(), event.Stored{Event: erased, Expires: now.Add(time.Hour)}, now))
		ids := []string{thin.ID, unique("evt_"), e.ID, "", erased.ID, e.ID, strings.Repeat("x", 3000), event.RenderingID(thin.ID, event.Payload)}
		for range 110 { // more than one request
			ids = append(ids, unique("evt_"))
		}
		got := p.Store.GetAll(t.Context(), append(ids, thin.ID))
		same(t, len(ids)+1, len(got))
		same(t, got[0], got[len(ids)])
		for i, id := range ids {
			s, err := p.Store.Get(t.Context(), id)
			same(t, s, got[i].Stored)
			same(t, err == nil, got[i].Err == nil)
			for _, kind := range []error{event.ErrNotFound, event.ErrErased} {
				same(t, errors.Is(err, kind), errors.Is(got[i].Err, kind))
			}
		}
		same(t, string(snapshot.Body), string(got[0].Stored.Payload()))
		same(t, 0, len(p.Store.GetAll(t.Context(), nil)))
	},
	"one of 100 concurrent puts stores": func(t *testing.T, p Ports) {
		e := newEvent()
		results := make([]event.Result, 100)
		errs := make([]error, 100)
		together(100, func(i int) { results[i], errs[i] = p.Store.Put(t.Context(), e, now) })
		stored := 0
		for i, res := range results {
			noError(t, errs[i])
			if res == event.ResultStored {
				stored++
			} else {
				same(t, event.ResultDuplicate, res)
			}
		}
		same(t, 1, stored)
	},
	"another rendering is reported and changes nothing": func(t *testing.T, p Ports) {
		e := newEvent()
		put(t, p, e)
		res, err := p.Store.Put(t.Context(), rendering(e), now)
		noError(t, err)
		same(t, event.ResultRendering, res)
		got, err := p.Store.Get(t.Context(), e.ID)
		noError(t, err)
		same(t, e, got.Event)
	},
	"rendering is kept once under its own id and is in no listing": func(t *testing.T, p Ports) {
		e := newEvent()
		put(t, p, e)
		other := rendering(e)
		id := event.RenderingID(e.ID, "dahlia")
		for range 2 {
			noError(t, p.Store.PutRendering(t.Context(), other, "dahlia", now.Add(time.Hour)))
			other.Body = []byte("[]") // the first stays
		}
		got, err := p.Store.Get(t.Context(), id)
		noError(t, err)
		want := rendering(e)
		want.ID = id
		same(t, event.Stored{Event: want, Expires: now.Add(time.Hour).Truncate(time.Second)}, got)
		related, err := p.Store.Related(t.Context(), e.Scope, e.Subject)
		noError(t, err)
		for _, f := range related {
			if f.ID == id {
				t.Errorf("%s is listed", id)
			}
		}
		for s, err := range event.ReceivedBetween(t.Context(), p.Store, want.Received.Add(-time.Second), want.Received.Add(time.Second)) {
			if noError(t, err); s.ID == id {
				t.Errorf("%s is listed", id)
			}
		}
		large := rendering(e)
		large.Body = random(410_000)
		isError(t, event.ErrTooLarge, p.Store.PutRendering(t.Context(), large, "clover", now))
	},
	"event past its expiry counts while it exists": func(t *testing.T, p Ports) {
		e := newEvent()
		res, err := p.Store.Put(t.Context(), e, e.Received.Add(-time.Second))
		noError(t, err)
		same(t, event.ResultStored, res)
		res, err = p.Store.Put(t.Context(), e, now.AddDate(1, 0, 0))
		noError(t, err)
		same(t, event.ResultDuplicate, res)
		noError(t, p.Store.MarkPublished(t.Context(), e.ID, []string{"a"}))
		same(t, false, get(t, p, e.ID).Pending)
	},
	"time finer than the store keeps is a duplicate": func(t *testing.T, p Ports) {
		e := newEvent()
		e.Created = e.Created.Add(123 * time.Millisecond)
		put(t, p, e)
		res, err := p.Store.Put(t.Context(), e, now)
		noError(t, err)
		same(t, event.ResultDuplicate, res)
	},
	"another occurrence is a conflict and changes nothing": func(t *testing.T, p Ports) {
		e := newEvent()
		put(t, p, e)
		for name, change := range map[string]func(*event.Event){
			"type":     func(e *event.Event) { e.Type = "charge.refunded" },
			"created":  func(e *event.Event) { e.Created = e.Created.Add(time.Second) },
			"livemode": func(e *event.Event) { e.Livemode = false },
			"account":  func(e *event.Event) { e.Account = "" },
			"object":   func(e *event.Event) { e.Object = "pi_other" },
		} {
			other := e
			change(&other)
			res, err := p.Store.Put(t.Context(), other, now)
			noError(t, err)
			if res != event.ResultConflict {
				t.Errorf("another %s: result %d, want a conflict", name, res)
			}
		}
		got, err := p.Store.Get(t.Context(), e.ID)
		noError(t, err)
		same(t, e, got.Event)
	},
	"body that does not fit is ErrTooLarge": func(t *testing.T, p Ports) {
		e := newEvent()
		e.Body = random(410_000)
		_, err := p.Store.Put(t.Context(), e, now)
		isError(t, event.ErrTooLarge, err)
		_, err = p.Store.Get(t.Context(), e.ID)
		isError(t, event.ErrNotFound, err)
	},
	"largest body that fits can be published": func(t *testing.T, p Ports) {
		var largest event.Event
		sort.Search(400<<10, func(n int) bool {
			e := newEvent()
			e.Body = random(n)
			if _, err := p.Store.Put(t.Context(), e, now); err != nil {
				isError(t, event.ErrTooLarge, err)
				return true
			}
			largest = e
			return false
		})
		if n := len(largest.Body); n < 395<<10 {
			t.Errorf("the largest body that fits has only %d bytes", n)
		}
		var actions []string
		for i := range 20 {
			actions = append(actions, fmt.Sprintf("an-action-with-a-longer-name-%02d", i))
		}
		noError(t, p.Store.MarkPublished(t.Context(), largest.ID, actions))
		same(t, true, bytes.Equal(largest.Body, get(t, p, largest.ID).Body))
	},
	"large body that compresses is stored whole": func(t *testing.T, p Ports) {
		e := newEvent()
		e.Body = bytes.Repeat([]byte(`{"a":1},`), 250_000)
		put(t, p, e)
		same(t, true, bytes.Equal(e.Body, get(t, p, e.ID).Body))
	},
	"id that cannot be a key is ErrInvalid": func(t *testing.T, p Ports) {
		for _, id := range []string{"", strings.Repeat("x", 1024), "evt_1#payload"} {
			e := newEvent()
			e.ID = id
			_, err := p.Store.Put(t.Context(), e, now)
			isError(t, event.ErrInvalid, err)
		}
	},
	"fact too long for an index is stored": func(t *testing.T, p Ports) {
		e := newEvent()
		e.Subject, e.Customer = strings.Repeat("s", 1024), strings.Repeat("c", 3000)
		put(t, p, e)
		same(t, e, get(t, p, e.ID).Event)
		same(t, 0, len(related(t, p, e.Scope, e.Subject)))
	},
	"cancelled context is none of the port's errors": func(t *testing.T, p Ports) {
		ctx, cancel := contextOf(t)
		cancel()
		_, err := p.Store.Put(ctx, newEvent(), now)
		for _, ours := range []error{event.ErrInvalid, event.ErrTooLarge, event.ErrNotFound} {
			if is(err, ours) {
				t.Fatalf("error is %v", err)
			}
		}
		if err == nil {
			t.Fatal("no error")
		}
	},
}

// random bytes, which no compression makes smaller.
func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}
