package porttest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
)

func newQuarantined() event.Quarantined {
	return event.Quarantined{
		Endpoint: "default", ID: unique("evt_"), Reason: "no data.object", Type: "charge.succeeded",
		Received: now.Truncate(time.Millisecond), Expires: now.Add(time.Hour).Truncate(time.Second), Body: []byte("{\x00\xff}"),
	}
}

var quarantineTests = map[string]func(*testing.T, Ports){
	"what is held is read back with its bytes unchanged": func(t *testing.T, p Ports) {
		q := newQuarantined()
		noError(t, p.Quarantine.Hold(t.Context(), q))
		got, err := p.Quarantine.Held(t.Context(), q.Endpoint, q.ID)
		noError(t, err)
		same(t, q, got)
	},
	"holding again changes nothing": func(t *testing.T, p Ports) {
		q := newQuarantined()
		noError(t, p.Quarantine.Hold(t.Context(), q))
		again := q
		again.Reason, again.Body = "another", []byte("{}")
		noError(t, p.Quarantine.Hold(t.Context(), again))
		got, err := p.Quarantine.Held(t.Context(), q.Endpoint, q.ID)
		noError(t, err)
		same(t, q, got)
	},
	"one id is held apart for each endpoint and apart from events": func(t *testing.T, p Ports) {
		e := newEvent()
		q := newQuarantined()
		q.ID = e.ID
		noError(t, p.Quarantine.Hold(t.Context(), q))
		_, err := p.Quarantine.Held(t.Context(), "connect", q.ID)
		isError(t, event.ErrNotFound, err)
		other := q
		other.Endpoint, other.Reason, other.Body = "connect", "wrong_mode", []byte("{}")
		noError(t, p.Quarantine.Hold(t.Context(), other))
		for _, want := range []event.Quarantined{q, other} {
			got, err := p.Quarantine.Held(t.Context(), want.Endpoint, want.ID)
			noError(t, err)
			same(t, want, got)
		}
		put(t, p, e)
	},
	"what does not fit is ErrTooLarge": func(t *testing.T, p Ports) {
		q := newQuarantined()
		q.Body = random(410_000)
		isError(t, event.ErrTooLarge, p.Quarantine.Hold(t.Context(), q))
	},
	"no id is ErrInvalid to hold and ErrNotFound to read": func(t *testing.T, p Ports) {
		q := newQuarantined()
		q.ID = ""
		isError(t, event.ErrInvalid, p.Quarantine.Hold(t.Context(), q))
		_, err := p.Quarantine.Held(t.Context(), "default", "")
		isError(t, event.ErrNotFound, err)
	},
	"the list has each without its body and stops when told to": func(t *testing.T, p Ports) {
		want := map[string]event.Quarantined{}
		for range 3 {
			q := newQuarantined()
			noError(t, p.Quarantine.Hold(t.Context(), q))
			q.Body = nil
			want[q.ID] = q
		}
		eventually(t, "the list", func() bool {
			got := map[string]event.Quarantined{}
			noError(t, p.Quarantine.List(t.Context(), func(q event.Quarantined) bool {
				if _, ours := want[q.ID]; ours {
					got[q.ID] = q
				}
				return true
			}))
			return cmp.Equal(want, got)
		})
		n := 0
		noError(t, p.Quarantine.List(t.Context(), func(event.Quarantined) bool { n++; return n < 2 }))
		same(t, 2, n)
	},
	"what is discarded is gone and may be discarded again": func(t *testing.T, p Ports) {
		q := newQuarantined()
		noError(t, p.Quarantine.Hold(t.Context(), q))
		for range 2 {
			noError(t, p.Quarantine.Discard(t.Context(), q.Endpoint, q.ID))
		}
		_, err := p.Quarantine.Held(t.Context(), q.Endpoint, q.ID)
		isError(t, event.ErrNotFound, err)
	},
}
