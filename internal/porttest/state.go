package porttest

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/payhooks/payhooks/internal/event"
)

var stateTests = map[string]func(*testing.T, Ports){
	"a row that does not exist is version 0 and no error": func(t *testing.T, p Ports) {
		same(t, event.Row{}, load(t, p, unique("pi_")))
	},
	"a row is read back as the same JSON": func(t *testing.T, p Ports) {
		key := unique("pi_")
		const data = `{"a":null,"b":true,"c":"<é>&\u0000","d":["x",{"y":[]},1.5],"e":{},"f":"","n":-9007199254740993,"z":12345678901234567890123456789012345678}`
		noError(t, p.Ledger.Write(t.Context(), write(key, 0, data)))
		it := load(t, p, key)
		sameJSON(t, data, it.Data)
		same(t, int64(1), it.Version)
	},
	"a row says whether a delivery wrote it": func(t *testing.T, p Ports) {
		key, c := unique("pi_"), newClaim()
		noError(t, p.Ledger.Write(t.Context(), write(key, 0, `{"a":1}`)))
		same(t, true, load(t, p, key).Direct)
		noError(t, p.Ledger.Commit(t.Context(), done(claim(t, p, c)), write(key, 1, `{"a":2}`)))
		same(t, false, load(t, p, key).Direct)
		sameJSON(t, `{"a":2}`, load(t, p, key).Data)
		noError(t, p.Ledger.Write(t.Context(), write(key, 2, `{"a":3}`)))
		noError(t, p.Ledger.Scan(t.Context(), "orders", func(k string, it event.Row) bool {
			if k == key {
				same(t, true, it.Direct)
			}
			return true
		}))
	},
	"a row is replaced, not merged": func(t *testing.T, p Ports) {
		key := unique("pi_")
		noError(t, p.Ledger.Write(t.Context(), write(key, 0, `{"a":1}`)))
		noError(t, p.Ledger.Write(t.Context(), write(key, 1, `{"b":2}`)))
		sameJSON(t, `{"b":2}`, load(t, p, key).Data)
	},
	"a write to a version that moved is ErrConflict": func(t *testing.T, p Ports) {
		key := unique("pi_")
		isError(t, event.ErrConflict, p.Ledger.Write(t.Context(), write(key, 1, `{"a":1}`)))
		noError(t, p.Ledger.Write(t.Context(), write(key, 0, `{"a":1}`)))
		isError(t, event.ErrConflict, p.Ledger.Write(t.Context(), write(key, 0, `{"a":1}`)))
		same(t, int64(1), load(t, p, key).Version)
	},
	"of concurrent writes of one version exactly one commits": func(t *testing.T, p Ports) {
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
	"a write that can never be is ErrInvalid": func(t *testing.T, p Ports) {
		for _, data := range []string{``, `[]`, `{"id":"x"}`, `{"version":2}`} {
			if err := p.Ledger.Write(t.Context(), write(unique("pi_"), 0, data)); !errors.Is(err, event.ErrInvalid) {
				t.Errorf("%q: error is %v", data, err)
			}
		}
	},
	"scan has every row of one table and stops when told to": func(t *testing.T, p Ports) {
		want := map[string]bool{}
		for range 3 {
			key := unique("pi_")
			want[key] = true
			noError(t, p.Ledger.Write(t.Context(), write(key, 0, `{"a":1}`)))
		}
		other := unique("cur_")
		noError(t, p.Ledger.Write(t.Context(), event.Write{Table: "cursors", Key: other, Data: json.RawMessage(`{}`)}))
		eventually(t, "the scan", func() bool {
			found := 0
			noError(t, p.Ledger.Scan(t.Context(), "orders", func(key string, it event.Row) bool {
				same(t, false, key == other)
				if want[key] {
					same(t, int64(1), it.Version)
					sameJSON(t, `{"a":1}`, it.Data)
					found++
				}
				return true
			}))
			return found == len(want)
		})
		n := 0
		noError(t, p.Ledger.Scan(t.Context(), "orders", func(string, event.Row) bool { n++; return n < 2 }))
		same(t, 2, n)
	},
}
