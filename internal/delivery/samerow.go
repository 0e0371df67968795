package delivery

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
)

// SameRow compares two rows by what they mean: numbers by their value, and a member
// that is null as one that is absent or empty. nil is no row.
func SameRow(a, b json.RawMessage) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	x, xerr := decodeRow(a)
	y, yerr := decodeRow(b)
	if xerr != nil || yerr != nil {
		return string(a) == string(b)
	}
	return sameValue(x, y)
}

func decodeRow(data json.RawMessage) (v any, err error) {
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}

func sameValue(a, b any) bool {
	if nothing(a) || nothing(b) {
		return nothing(a) && nothing(b)
	}
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && sameMembers(a, b)
	case []any:
		b, ok := b.([]any)
		return ok && sameElements(a, b)
	case json.Number:
		b, ok := b.(json.Number)
		return ok && sameNumber(a.String(), b.String())
	}
	return a == b
}

// nothing is null, or a list or object without anything in it.
func nothing(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return false
}

// sameMembers compares objects. A key with an empty object is a member of a set, so
// only null is as good as absent.
func sameMembers(a, b map[string]any) bool {
	for k, v := range a {
		other, ok := b[k]
		if !ok && v != nil || ok && !sameValue(v, other) {
			return false
		}
	}
	for k, v := range b {
		if _, ok := a[k]; !ok && v != nil {
			return false
		}
	}
	return true
}

func sameElements(a, b []any) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !sameValue(a[i], b[i]) {
			return false
		}
	}
	return true
}

// sameNumber compares decimals exactly: the table keeps 1.0 as 1.
func sameNumber(a, b string) bool {
	if a == b {
		return true
	}
	x, xok := exact(a)
	y, yok := exact(b)
	return xok && yok && x.Cmp(y) == 0
}

// exact is false for an exponent beyond those that the table takes.
func exact(n string) (*big.Rat, bool) {
	const greatest = 150
	if at := strings.IndexAny(n, "eE"); at >= 0 {
		if e, err := strconv.Atoi(n[at+1:]); err != nil || e > greatest || e < -greatest {
			return nil, false
		}
	}
	return new(big.Rat).SetString(n)
}
