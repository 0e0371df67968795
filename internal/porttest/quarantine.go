package porttest

import (
	"iter"
	"slices"
	"strings"
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

// pagedQuarantine lists the requests whose ids begin so, two a page or as many as are
// between those of other tests.
func pagedQuarantine(t *testing.T, p Ports, prefix string, newest bool) (ids []string) {
	t.Helper()
	for l := (event.QuarantineList{Newest: newest, Limit: 2}); ; {
		page, err := p.Quarantine.List(t.Context(), l)
		noError(t, err)
		same(t, true, len(page.Items) <= l.Limit)
		for _, q := range page.Items {
			if strings.HasPrefix(q.ID, prefix) {
				ids = append(ids, q.ID)
			}
		}
		if l.After = page.Next; l.After.IsZero() {
			return ids
		}
	}
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
		for name, list := range map[string]iter.Seq2[event.Quarantined, error]{
			"all": p.Quarantine.All(t.Context()), "the pages": event.QuarantinedRequests(t.Context(), p.Quarantine),
		} {
			eventually(t, name, func() bool {
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
		}
	},
	"pages continue after one another, in both orders": func(t *testing.T, p Ports) {
		var want []string
		first := newQuarantined()
		for i := range 5 {
			q := newQuarantined()
			q.ID, q.Received = first.ID+string(rune('a'+i)), first.Received.Add(time.Duration(i)*time.Second)
			quarantine(t, p, q)
			want = append(want, q.ID)
		}
		eventually(t, "the earliest first", func() bool { return slices.Equal(want, pagedQuarantine(t, p, first.ID, false)) })
		slices.Reverse(want)
		same(t, want, pagedQuarantine(t, p, first.ID, true))
	},
	"discarded request is on no page": func(t *testing.T, p Ports) {
		q := newQuarantined()
		quarantine(t, p, q)
		eventually(t, "the request", func() bool { return len(pagedQuarantine(t, p, q.ID, false)) == 1 })
		noError(t, p.Quarantine.Discard(t.Context(), q.Endpoint, q.ID))
		eventually(t, "none", func() bool { return len(pagedQuarantine(t, p, q.ID, false)) == 0 })
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
