package porttest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

func write(key string, version int64, data string) event.Write {
	return event.Write{Table: "orders", Key: key, Version: version, Data: json.RawMessage(data)}
}

func load(t *testing.T, p Ports, key string) event.Row {
	t.Helper()
	it, err := p.Ledger.Load(t.Context(), "orders", key)
	noError(t, err)
	return it
}

func done(d event.Delivery) event.Delivery {
	d.State, d.Outcome, d.Updated = event.Done, "paid", milli(now.Add(time.Second))
	return d
}

var saveTests = map[string]func(*testing.T, Ports){
	"save replaces the record": func(t *testing.T, p Ports) {
		c := newClaim()
		d := claim(t, p, c)
		d.State, d.Next, d.Updated, d.Error = event.Waiting, milli(now.Add(time.Hour)), milli(now.Add(time.Second)), "timeout: no answer"
		noError(t, p.Ledger.Commit(t.Context(), d))
		same(t, d, delivery(t, p, c))
		again := claim(t, p, next(c, now.Add(time.Hour)))
		same(t, 2, again.Attempt)
		same(t, d.Error, again.Error)
		same(t, d.First, again.First)
		again = done(again)
		again.Error = ""
		noError(t, p.Ledger.Commit(t.Context(), again))
		same(t, again, delivery(t, p, c))
	},
	"the record and its writes commit together": func(t *testing.T, p Ports) {
		c, key := newClaim(), unique("pi_")
		d := done(claim(t, p, c))
		noError(t, p.Ledger.Commit(t.Context(), d, write(key, 0, `{"paid":1}`), event.Write{Table: "cursors", Key: key, Data: json.RawMessage(`{"at":2}`)}))
		same(t, d, delivery(t, p, c))
		sameJSON(t, `{"paid":1}`, load(t, p, key).Data)
		same(t, int64(1), load(t, p, key).Version)
	},
	"a late owner is fenced off and none of its writes commit": func(t *testing.T, p Ports) {
		c, key := newClaim(), unique("pi_")
		late := claim(t, p, c)
		current := claim(t, p, next(c, c.Lease))
		isError(t, event.ErrFenced, p.Ledger.Commit(t.Context(), done(late), write(key, 0, `{"paid":1}`)))
		isError(t, event.ErrFenced, p.Ledger.Commit(t.Context(), done(late)))
		same(t, current, delivery(t, p, c))
		same(t, int64(0), load(t, p, key).Version)
	},
	"what is finished cannot be saved as something else": func(t *testing.T, p Ports) {
		c, key := newClaim(), unique("pi_")
		d := finish(t, p, claim(t, p, c), event.Parked)
		isError(t, event.ErrFenced, p.Ledger.Commit(t.Context(), done(d), write(key, 0, `{"paid":1}`)))
		isError(t, event.ErrFenced, p.Ledger.Commit(t.Context(), done(d)))
		waiting := d
		waiting.State = event.Waiting
		isError(t, event.ErrFenced, p.Ledger.Commit(t.Context(), waiting))
		same(t, d, delivery(t, p, c))
		same(t, int64(0), load(t, p, key).Version)
	},
	"no delivery can be saved that was not claimed": func(t *testing.T, p Ports) {
		c := newClaim()
		d := event.Delivery{Event: c.Event, Action: c.Action, Owner: c.Owner, State: event.Done}
		isError(t, event.ErrFenced, p.Ledger.Commit(t.Context(), d))
		isError(t, event.ErrFenced, p.Ledger.Commit(t.Context(), d, write(unique("pi_"), 0, `{}`)))
	},
	"a version that moved is ErrConflict and nothing commits": func(t *testing.T, p Ports) {
		key, other := unique("pi_"), unique("pi_")
		noError(t, p.Ledger.Commit(t.Context(), done(claim(t, p, newClaim())), write(key, 0, `{"n":1}`)))
		c := newClaim()
		d := claim(t, p, c)
		for _, version := range []int64{0, 2} {
			err := p.Ledger.Commit(t.Context(), done(d), write(other, 0, `{}`), write(key, version, `{"n":2}`))
			isError(t, event.ErrConflict, err)
		}
		same(t, d, delivery(t, p, c))
		same(t, int64(0), load(t, p, other).Version)
		noError(t, p.Ledger.Commit(t.Context(), done(d), write(other, 0, `{}`), write(key, 1, `{"n":2}`)))
		sameJSON(t, `{"n":2}`, load(t, p, key).Data)
		same(t, int64(2), load(t, p, key).Version)
	},
	"concurrent changes of one row are all kept": func(t *testing.T, p Ports) {
		key := unique("pi_")
		var conflicts atomic.Int64
		errs := make([]error, 8)
		together(8, func(i int) { errs[i] = countUp(t, p, key, &conflicts) })
		noError(t, errors.Join(errs...))
		sameJSON(t, `{"n":8}`, load(t, p, key).Data)
		same(t, int64(8), load(t, p, key).Version)
	},
	"99 writes commit, 100 are ErrInvalid": func(t *testing.T, p Ports) {
		d := claim(t, p, newClaim())
		ws := make([]event.Write, 100)
		for i := range ws {
			ws[i] = write(unique("pi_"), 0, `{"n":1}`)
		}
		isError(t, event.ErrInvalid, p.Ledger.Commit(t.Context(), done(d), ws...))
		noError(t, p.Ledger.Commit(t.Context(), done(d), ws[:99]...))
		same(t, int64(1), load(t, p, ws[98].Key).Version)
	},
	"two writes to one row are ErrInvalid": func(t *testing.T, p Ports) {
		d, key := claim(t, p, newClaim()), unique("pi_")
		isError(t, event.ErrInvalid, p.Ledger.Commit(t.Context(), done(d), write(key, 0, `{}`), write(key, 0, `{}`)))
	},
	"data that is no object with names of its own is ErrInvalid": func(t *testing.T, p Ports) {
		d := claim(t, p, newClaim())
		for _, data := range []string{``, `null`, `[]`, `1`, `{`, `{} {}`, `{"id":1}`, `{"version":1}`} {
			if err := p.Ledger.Commit(t.Context(), done(d), write(unique("pi_"), 0, data)); !errors.Is(err, event.ErrInvalid) {
				t.Errorf("%q: error is %v", data, err)
			}
		}
		isError(t, event.ErrInvalid, p.Ledger.Commit(t.Context(), done(d), write("", 0, `{}`)))
		isError(t, event.ErrInvalid, p.Ledger.Commit(t.Context(), done(d), write(strings.Repeat("x", 1024), 0, `{}`)))
	},
	"a raw write in a language that the store does not speak is ErrInvalid": func(t *testing.T, p Ports) {
		d := claim(t, p, newClaim())
		isError(t, event.ErrInvalid, p.Ledger.Commit(t.Context(), done(d), event.Write{Raw: "UPDATE orders"}))
	},
}

// countUp adds one to the row as an action would.
func countUp(t *testing.T, p Ports, key string, conflicts *atomic.Int64) error {
	d, err := p.Ledger.Claim(t.Context(), newClaim())
	if err != nil {
		return err
	}
	for range 100 {
		it, err := p.Ledger.Load(t.Context(), "orders", key)
		if err != nil {
			return err
		}
		var row struct{ N int }
		if it.Data != nil {
			if err := json.Unmarshal(it.Data, &row); err != nil {
				return err
			}
		}
		err = p.Ledger.Commit(t.Context(), done(d), write(key, it.Version, fmt.Sprintf(`{"n":%d}`, row.N+1)))
		if !errors.Is(err, event.ErrConflict) {
			return err
		}
		conflicts.Add(1)
	}
	return errors.New("a hundred conflicts")
}
