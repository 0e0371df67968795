package delivery_test

import (
	"encoding/json"
	"testing"

	"github.com/payhooks/payhooks/internal/delivery"
)

func TestRowsAreTheSameByWhatTheyMean(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		same bool
	}{
		{`{"a":1,"b":[true,"x"]}`, ` {"b":[true,"x"], "a":1}`, true},
		{`{"a":1}`, `{"a":1.0}`, true},
		{`{"a":1200}`, `{"a":1.2e3}`, true},
		{`{"a":9007199254740993}`, `{"a":9007199254740992}`, false},
		{`{"a":1e999999999}`, `{"a":1e999999998}`, false},
		{`{"a":1}`, `{"a":"1"}`, false},
		{`{"a":1,"b":null}`, `{"a":1}`, true},
		{`{"a":1}`, `{"a":1,"b":null}`, true},
		{`{"a":null}`, `{"a":[]}`, true},
		{`{"a":{}}`, `{"a":null}`, true},
		{`{"a":1,"b":0}`, `{"a":1}`, false},
		{`{"ids":{"evt_1":{}}}`, `{"ids":{"evt_2":{}}}`, false},
		{`{"ids":{"evt_1":{},"evt_2":{}}}`, `{"ids":{"evt_1":{}}}`, false},
		{`{"a":[1,2]}`, `{"a":[2,1]}`, false},
		{`{"a":[1,2]}`, `{"a":[1]}`, false},
		{`{"a":true}`, `{"a":false}`, false},
		{`{"a":true}`, `{"a":{"b":1}}`, false},
		{``, `{}`, false},
		{``, ``, true},
	} {
		if got := delivery.SameRow(rowOf(tc.a), rowOf(tc.b)); got != tc.same {
			t.Errorf("%s and %s: %t, want %t", tc.a, tc.b, got, tc.same)
		}
		if got := delivery.SameRow(rowOf(tc.b), rowOf(tc.a)); got != tc.same {
			t.Errorf("%s and %s: %t, want %t", tc.b, tc.a, got, tc.same)
		}
	}
}

// rowOf is nil for no row.
func rowOf(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}
