package porttest

import (
	"testing"

	"github.com/payhooks/payhooks/internal/event"
)

// describe reports a table.
func describe(t *testing.T, p Ports, name string) event.Table {
	t.Helper()
	d, err := p.Copies.Describe(t.Context(), name)
	noError(t, err)
	return d
}

// copied are all items of a copy of the table as it is, by their keys.
func copied(t *testing.T, p Ports, table string) map[string]event.Copied {
	t.Helper()
	all, of := map[string]event.Copied{}, describe(t, p, p.Copy(t, table))
	for after, more := "", true; more; more = after != "" {
		items, next, err := p.Copies.Page(t.Context(), of, table, after)
		noError(t, err)
		for _, one := range items {
			noError(t, one.Unreadable)
			if _, ok := all[one.Key]; ok {
				t.Fatalf("%s is on two pages", one.Key)
			}
			all[one.Key] = one
		}
		after = next
	}
	return all
}

// putBack puts one item back and returns whether it was stored.
func putBack(t *testing.T, p Ports, table string, one event.Copied) bool {
	t.Helper()
	stored, err := p.Copies.PutBack(t.Context(), table, one)
	noError(t, err)
	return stored
}

// missing are the keys of the items that the table does not have.
func missing(t *testing.T, p Ports, table string, items ...event.Copied) (keys []string) {
	t.Helper()
	found, err := p.Copies.Missing(t.Context(), table, items)
	noError(t, err)
	for _, one := range found {
		keys = append(keys, one.Key)
	}
	return keys
}

var copiesTests = map[string]func(*testing.T, Ports){
	"copy has the keys of its table": func(t *testing.T, p Ports) {
		for _, table := range []string{"events", "quarantine"} {
			live, made := describe(t, p, p.Stack+"-"+table), describe(t, p, p.Copy(t, table))
			same(t, event.TableActive, made.Status)
			same(t, live.Keys, made.Keys)
		}
		same(t, []event.Key{{Name: "id", Type: "S", Role: "HASH"}}, describe(t, p, p.Stack+"-events").Keys)
		_, err := p.Copies.Describe(t.Context(), "nowhere")
		isError(t, event.ErrNotFound, err)
	},
	"event that was lost comes back as it was": func(t *testing.T, p Ports) {
		e := newEvent()
		put(t, p, e)
		noError(t, p.Store.MarkPublished(t.Context(), e.ID, []string{"b", "a"}))
		before := get(t, p, e.ID)
		one := copied(t, p, "events")[e.ID]
		same(t, []event.DeliveryRef{{Action: "a", Event: e.ID}, {Action: "b", Event: e.ID}}, one.Deliveries)
		same(t, false, one.Unfinished)
		same(t, before.Expires, one.Expires)
		same(t, nil, missing(t, p, "events", one))
		p.Lose(t, "events", e.ID)
		same(t, []string{e.ID}, missing(t, p, "events", one))
		same(t, true, putBack(t, p, "events", one))
		same(t, before, get(t, p, e.ID))
	},
	"pending event and waiting delivery are unfinished": func(t *testing.T, p Ports) {
		e, c := newEvent(), newClaim()
		put(t, p, e)
		claim(t, p, c)
		one := copied(t, p, "events")[e.ID]
		same(t, true, one.Unfinished)
		same(t, nil, one.Deliveries)
		same(t, true, copied(t, p, "deliveries")[c.Action+"#"+c.Event].Unfinished)
		p.Lose(t, "events", e.ID)
		same(t, true, putBack(t, p, "events", one))
		same(t, true, get(t, p, e.ID).Pending)
	},
	"delivery and effect come back as they were": func(t *testing.T, p Ports) {
		c, e := newClaim(), newEffect()
		d := finish(t, p, claim(t, p, c), event.Done)
		intend(t, p, e)
		all := copied(t, p, "deliveries")
		for _, key := range []string{c.Action + "#" + c.Event, e.Action + "#effect#" + e.Scope.Text() + "#" + e.Key} {
			same(t, false, all[key].Unfinished)
			same(t, false, all[key].Expires.IsZero())
			p.Lose(t, "deliveries", key)
			same(t, true, putBack(t, p, "deliveries", all[key]))
		}
		same(t, d, delivery(t, p, c.DeliveryRef))
		got, err := p.Ledger.Effect(t.Context(), e.EffectRef)
		noError(t, err)
		same(t, e, got)
	},
	"row and quarantined request come back as they were": func(t *testing.T, p Ports) {
		key, q := unique("pi_"), newQuarantined()
		noError(t, p.Ledger.Write(t.Context(), write(key, 0, `{"expires":7}`)))
		row := load(t, p, key)
		quarantine(t, p, q)
		order, request := copied(t, p, "orders")[key], copied(t, p, "quarantine")[q.Endpoint+" "+q.ID]
		same(t, true, order.Expires.IsZero())
		p.Lose(t, "orders", key)
		noError(t, p.Quarantine.Discard(t.Context(), q.Endpoint, q.ID))
		same(t, true, putBack(t, p, "orders", order))
		same(t, true, putBack(t, p, "quarantine", request))
		same(t, row, load(t, p, key))
		got, err := p.Quarantine.Get(t.Context(), q.Endpoint, q.ID)
		noError(t, err)
		same(t, q, got)
	},
	"item that is there is not overwritten": func(t *testing.T, p Ports) {
		key := unique("pi_")
		noError(t, p.Ledger.Write(t.Context(), write(key, 0, `{"a":1}`)))
		one := copied(t, p, "orders")[key]
		noError(t, p.Ledger.Write(t.Context(), write(key, 1, `{"a":2}`)))
		same(t, nil, missing(t, p, "orders", one))
		same(t, false, putBack(t, p, "orders", one))
		sameJSON(t, `{"a":2}`, load(t, p, key).Data)
	},
	"position that no page returned is ErrInvalid": func(t *testing.T, p Ports) {
		of := describe(t, p, p.Copy(t, "orders"))
		_, _, err := p.Copies.Page(t.Context(), of, "orders", "somewhere")
		isError(t, event.ErrInvalid, err)
	},
}
