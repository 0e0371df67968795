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
	row, err := p.Ledger.Load(t.Context(), "orders", key)
	noError(t, err)
	return row
}

// commit commits a claimed attempt.
func commit(t *testing.T, p Ports, d event.Delivery, ws ...event.Write) error {
	t.Helper()
	return p.Ledger.Commit(t.Context(), event.Commit{Delivery: d, Claimed: true, Writes: ws})
}

// finish commits a claimed attempt in the state and returns the record.
func finish(t *testing.T, p Ports, d event.Delivery, s event.State) event.Delivery {
	t.Helper()
	d.State, d.Updated = s, milli(now.Add(time.Second))
	noError(t, commit(t, p, d))
	d.Lease = time.Time{}
	return d
}

func done(d event.Delivery) event.Delivery {
	d.State, d.Outcome, d.Updated = event.Done, "paid", milli(now.Add(time.Second))
	return d
}

var commitTests = map[string]func(*testing.T, Ports){
	"commit replaces the record and removes the lease": func(t *testing.T, p Ports) {
		c := newClaim()
		d := claim(t, p, c)
		d.Next, d.Error, d.Sent = milli(now.Add(time.Hour)), "timeout: no answer", milli(now.Add(time.Hour))
		d = finish(t, p, d, event.Waiting)
		same(t, d, delivery(t, p, c.DeliveryRef))
		again := claim(t, p, next(c, now.Add(time.Hour)))
		same(t, 2, again.Attempts)
		same(t, d.Error, again.Error)
		same(t, d.First, again.First)
		same(t, milli(now.Add(time.Hour)), again.Sent)
		again = done(again)
		again.Error = ""
		same(t, finish(t, p, again, event.Done), delivery(t, p, c.DeliveryRef))
	},
	"record and writes commit together": func(t *testing.T, p Ports) {
		c, key := newClaim(), unique("pi_")
		d := done(claim(t, p, c))
		noError(t, commit(t, p, d, write(key, 0, `{"paid":1}`), event.Write{Table: "cursors", Key: key, Data: json.RawMessage(`{"at":2}`)}))
		d.Lease = time.Time{}
		same(t, d, delivery(t, p, c.DeliveryRef))
		sameJSON(t, `{"paid":1}`, load(t, p, key).Data)
		same(t, int64(1), load(t, p, key).Version)
	},
	"late owner is fenced and writes nothing": func(t *testing.T, p Ports) {
		c, key := newClaim(), unique("pi_")
		late := claim(t, p, c)
		current := claim(t, p, next(c, c.Lease))
		isError(t, event.ErrFenced, commit(t, p, done(late), write(key, 0, `{"paid":1}`)))
		isError(t, event.ErrFenced, commit(t, p, done(late)))
		same(t, current, delivery(t, p, c.DeliveryRef))
		same(t, int64(0), load(t, p, key).Version)
	},
	"finished delivery does not become another": func(t *testing.T, p Ports) {
		c, key := newClaim(), unique("pi_")
		d := finish(t, p, claim(t, p, c), event.Parked)
		isError(t, event.ErrFenced, commit(t, p, done(d), write(key, 0, `{"paid":1}`)))
		isError(t, event.ErrFenced, commit(t, p, done(d)))
		waiting := d
		waiting.State = event.Waiting
		isError(t, event.ErrFenced, commit(t, p, waiting))
		same(t, d, delivery(t, p, c.DeliveryRef))
		same(t, int64(0), load(t, p, key).Version)
	},
	"claimed commit without a claim is fenced": func(t *testing.T, p Ports) {
		c := newClaim()
		d := event.Delivery{Event: c.Event, Action: c.Action, Owner: c.Owner, State: event.Done}
		isError(t, event.ErrFenced, commit(t, p, d))
		isError(t, event.ErrFenced, commit(t, p, d, write(unique("pi_"), 0, `{}`)))
	},
	"moved version is ErrConflict and commits nothing": func(t *testing.T, p Ports) {
		key, other := unique("pi_"), unique("pi_")
		noError(t, commit(t, p, done(claim(t, p, newClaim())), write(key, 0, `{"n":1}`)))
		c := newClaim()
		d := claim(t, p, c)
		for _, version := range []int64{0, 2} {
			isError(t, event.ErrConflict, commit(t, p, done(d), write(other, 0, `{}`), write(key, version, `{"n":2}`)))
		}
		same(t, d, delivery(t, p, c.DeliveryRef))
		same(t, int64(0), load(t, p, other).Version)
		noError(t, commit(t, p, done(d), write(other, 0, `{}`), write(key, 1, `{"n":2}`)))
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
	"99 writes commit and 100 are ErrInvalid": func(t *testing.T, p Ports) {
		d := claim(t, p, newClaim())
		ws := make([]event.Write, 100)
		for i := range ws {
			ws[i] = write(unique("pi_"), 0, `{"n":1}`)
		}
		isError(t, event.ErrInvalid, commit(t, p, done(d), ws...))
		noError(t, commit(t, p, done(d), ws[:99]...))
		same(t, int64(1), load(t, p, ws[98].Key).Version)
	},
	"write that can never commit is ErrInvalid": func(t *testing.T, p Ports) {
		d, key := claim(t, p, newClaim()), unique("pi_")
		isError(t, event.ErrInvalid, commit(t, p, done(d), write(key, 0, `{}`), write(key, 0, `{}`))) // twice one row
		for _, data := range []string{``, `null`, `[]`, `1`, `{`, `{} {}`, `{"id":1}`, `{"version":1}`, `{"payhooks-direct":1}`} {
			if err := commit(t, p, done(d), write(unique("pi_"), 0, data)); !errors.Is(err, event.ErrInvalid) {
				t.Errorf("%q: error is %v", data, err)
			}
		}
		isError(t, event.ErrInvalid, commit(t, p, done(d), write("", 0, `{}`)))
		isError(t, event.ErrInvalid, commit(t, p, done(d), write(strings.Repeat("x", 1024), 0, `{}`)))
		isError(t, event.ErrInvalid, commit(t, p, done(d), event.Write{Raw: "UPDATE orders"}))
	},
}

// countUp adds one to the row as an action would.
func countUp(t *testing.T, p Ports, key string, conflicts *atomic.Int64) error {
	d, err := p.Ledger.Claim(t.Context(), newClaim())
	if err != nil {
		return err
	}
	for range 100 {
		row, err := p.Ledger.Load(t.Context(), "orders", key)
		if err != nil {
			return err
		}
		var data struct{ N int }
		if row.Data != nil {
			if err := json.Unmarshal(row.Data, &data); err != nil {
				return err
			}
		}
		err = commit(t, p, done(d), write(key, row.Version, fmt.Sprintf(`{"n":%d}`, data.N+1)))
		if !errors.Is(err, event.ErrConflict) {
			return err
		}
		conflicts.Add(1)
	}
	return errors.New("a hundred conflicts")
}
