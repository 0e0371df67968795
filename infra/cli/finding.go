package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/operator"
)

// Difference shows the fields in which the row and the recomputed one differ.
func Difference(f operator.Finding) string {
	return fields(f, "  %-12s is %s, recomputed %s\n")
}

// Change shows what a rebuild makes of the fields that differ.
func Change(f operator.Finding) string {
	return fields(f, "  %-12s %s → %s\n")
}

// fields prints each field that differs: its name, the actual value and the
// recomputed one.
func fields(f operator.Finding, format string) string {
	actual, recomputed := fieldsOf(f.Actual), fieldsOf(f.Recomputed)
	all := maps.Clone(actual)
	maps.Copy(all, recomputed)
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(all)) {
		if !bytes.Equal(actual[k], recomputed[k]) {
			fmt.Fprintf(&b, format, Line(k), valueOf(actual[k]), valueOf(recomputed[k]))
		}
	}
	return b.String()
}

func valueOf(value json.RawMessage) string {
	if value == nil {
		return "absent"
	}
	return Clip(string(value), 160)
}

// fieldsOf reads a row, each field with its own in order of their names; what
// cannot be read has none.
func fieldsOf(row json.RawMessage) map[string]json.RawMessage {
	m := map[string]json.RawMessage{}
	if json.Unmarshal(row, &m) != nil || m == nil {
		return map[string]json.RawMessage{}
	}
	for k, value := range m {
		m[k] = ordered(value)
	}
	return m
}

func ordered(value json.RawMessage) json.RawMessage {
	var v any
	d := json.NewDecoder(bytes.NewReader(value))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return value
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return value
	}
	return bytes.TrimSpace(out.Bytes())
}
