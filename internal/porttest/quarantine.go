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

func quarantine(t *testing.T, p Ports, q event.Quarantined) {
	t.Helper()
	noError(t, p.Quarantine.Put(t.Context(), q))
}

func quarantined(t *testing.T, p Ports, q event.Quarantined) event.Quarantined {
	t.Helper()
	got, err := p.Quarantine.Get(t.Context(), q.Endpoint, q.ID)
	noError(t, err)
	return got
}

var quarantineTests = map[string]func(*testing.T, Ports){
	"request is read back with its bytes unchanged": func(t *testing.T, p Ports) {
		q := newQuarantined()
		quarantine(t, p, q)
		same(t, q, quarantined(t, p, q))
	},
	"keeping it again changes nothing": func(t *testing.T, p Ports) {
		q := newQuarantined()
		quarantine(t, p, q)
		again := q
		again.Reason, again.Body = "another", []byte("{}")
		quarantine(t, p, again)
		same(t, q, quarantined(t, p, q))
	},
	"endpoints and events keep one id apart": func(t *testing.T, p Ports) {
		e := newEvent()
		q := newQuarantined()
		q.ID = e.ID
		quarantine(t, p, q)
		_, err := p.Quarantine.Get(t.Context(), "connect", q.ID)
		isError(t, event.ErrNotFound, err)
		other := q
		other.Endpoint, other.Reason, other.Body = "connect", "wrong_mode", []byte("{}")
		quarantine(t, p, other)
		same(t, q, quarantined(t, p, q))
		same(t, other, quarantined(t, p, other))
		put(t, p, e)
	},
	"body that does not fit is ErrTooLarge": func(t *testing.T, p Ports) {
		q := newQuarantined()
		q.Body = random(410_000)
		isError(t, event.ErrTooLarge, p.Quarantine.Put(t.Context(), q))
	},
	"missing id is ErrInvalid or ErrNotFound": func(t *testing.T, p Ports) {
		q := newQuarantined()
		q.ID = ""
		isError(t, event.ErrInvalid, p.Quarantine.Put(t.Context(), q))
		_, err := p.Quarantine.Get(t.Context(), "default", "")
		isError(t, event.ErrNotFound, err)
		noError(t, p.Quarantine.Discard(t.Context(), "default", ""))
	},
	"list has each without its body": func(t *testing.T, p Ports) {
		want := map[string]event.Quarantined{}
		for range 3 {
			q := newQuarantined()
			quarantine(t, p, q)
			q.Body = nil
			want[q.ID] = q
		}
		list := p.Quarantine.List(t.Context())
		eventually(t, "the list", func() bool {
			got := map[string]event.Quarantined{}
			for q, err := range list {
				noError(t, err)
				if _, ours := want[q.ID]; ours {
					got[q.ID] = q
				}
			}
			return cmp.Equal(want, got)
		})
		same(t, 2, take(t, list, 2))
	},
	"discarded request is deleted, also twice": func(t *testing.T, p Ports) {
		q, other := newQuarantined(), newQuarantined()
		quarantine(t, p, q)
		quarantine(t, p, other)
		for range 2 {
			noError(t, p.Quarantine.Discard(t.Context(), q.Endpoint, q.ID))
		}
		_, err := p.Quarantine.Get(t.Context(), q.Endpoint, q.ID)
		isError(t, event.ErrNotFound, err)
		same(t, other, quarantined(t, p, other))
	},
}
