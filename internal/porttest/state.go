package porttest

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/payhooks/payhooks/internal/event"
)

var stateTests = map[string]func(*testing.T, Ports){
	"missing row is version 0 and no error": func(t *testing.T, p Ports) {
		key := unique("pi_")
		same(t, event.Row{Key: key}, load(t, p, key))
	},
	"row is read back as the same JSON": func(t *testing.T, p Ports) {
		key := unique("pi_")
		const data = `{"a":null,"b":true,"c":"<é>&\u0000","d":["x",{"y":[]},1.5],"e":{},"f":"","n":-9007199254740993,"z":12345678901234567890123456789012345678}`
		noError(t, p.Ledger.Write(t.Context(), write(key, 0, data)))
		it := load(t, p, key)
		sameJSON(t, data, it.Data)
		same(t, int64(1), it.Version)
	},
	"row records whether a delivery wrote it": func(t *testing.T, p Ports) {
		key, c := unique("pi_"), newClaim()
		noError(t, p.Ledger.Write(t.Context(), write(key, 0, `{"a":1}`)))
		same(t, true, load(t, p, key).Direct)
		noError(t, commit(t, p, done(claim(t, p, c)), write(key, 1, `{"a":2}`)))
		same(t, false, load(t, p, key).Direct)
		sameJSON(t, `{"a":2}`, load(t, p, key).Data)
		noError(t, p.Ledger.Write(t.Context(), write(key, 2, `{"a":3}`)))
		for row, err := range p.Ledger.Scan(t.Context(), "orders") {
			noError(t, err)
			if row.Key == key {
				same(t, true, row.Direct)
			}
		}
	},
	"row derived from events is not direct": func(t *testing.T, p Ports) {
		key := unique("pi_")
		w := write(key, 0, `{"a":1}`)
		w.Derived = true
		noError(t, p.Ledger.Write(t.Context(), w))
		same(t, false, load(t, p, key).Direct)
		noError(t, p.Ledger.Write(t.Context(), write(key, 1, `{"a":2}`)))
		same(t, true, load(t, p, key).Direct)
		w.Version = 2
		noError(t, p.Ledger.Write(t.Context(), w))
		same(t, false, load(t, p, key).Direct)
	},
	"row is replaced, not merged": func(t *testing.T, p Ports) {
		key := unique("pi_")
		noError(t, p.Ledger.Write(t.Context(), write(key, 0, `{"a":1}`)))
		noError(t, p.Ledger.Write(t.Context(), write(key, 1, `{"b":2}`)))
		sameJSON(t, `{"b":2}`, load(t, p, key).Data)
	},
	"write to a moved version is ErrConflict": func(t *testing.T, p Ports) {
		key := unique("pi_")
		isError(t, event.ErrConflict, p.Ledger.Write(t.Context(), write(key, 1, `{"a":1}`)))
		noError(t, p.Ledger.Write(t.Context(), write(key, 0, `{"a":1}`)))
		isError(t, event.ErrConflict, p.Ledger.Write(t.Context(), write(key, 0, `{"a":1}`)))
		same(t, int64(1), load(t, p, key).Version)
	},
	"one of concurrent writes of a version commits": func(t *testing.T, p Ports) {
		key := unique("pi_")
		errs := make([]error, 10)
		together(10, func(i int) { errs[i] = p.Ledger.Write(t.Context(), write(key, 0, `{"same":"data"}`)) })
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				isError(t, event.ErrConflict, err)
			}
		}
		same(t, 1, won)
	},
	"write that can never commit is ErrInvalid": func(t *testing.T, p Ports) {
		for _, data := range []string{``, `[]`, `{"id":"x"}`, `{"version":2}`} {
			if err := p.Ledger.Write(t.Context(), write(unique("pi_"), 0, data)); !errors.Is(err, event.ErrInvalid) {
				t.Errorf("%q: error is %v", data, err)
			}
		}
	},
	"scan has every row of one table": func(t *testing.T, p Ports) {
		want := map[string]bool{}
		for range 3 {
			key := unique("pi_")
			want[key] = true
			noError(t, p.Ledger.Write(t.Context(), write(key, 0, `{"a":1}`)))
		}
		other := unique("cur_")
		noError(t, p.Ledger.Write(t.Context(), event.Write{Table: "cursors", Key: other, Data: json.RawMessage(`{}`)}))
		scan := p.Ledger.Scan(t.Context(), "orders")
		eventually(t, "the scan", func() bool {
			found := 0
			for row, err := range scan {
				noError(t, err)
				same(t, false, row.Key == other)
				if want[row.Key] {
					same(t, int64(1), row.Version)
					sameJSON(t, `{"a":1}`, row.Data)
					found++
				}
			}
			return found == len(want)
		})
		same(t, 2, take(t, scan, 2))
	},
}
