package fakestripe

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// paging are the parameters that select no objects.
var paging = map[string]bool{"limit": true, "starting_after": true, "ending_before": true, "expand[]": true, "expand": true}

// filters makes a condition of each parameter.
func filters(q url.Values) (all []func(*entry) bool, fail *failure) {
	types := slices.Concat(q["types[]"], indexed(q, "types"))
	switch {
	case len(types) > 20:
		return nil, bad("types", "Array types exceeded maximum 20 allowed elements.")
	case len(types) > 0 && q.Get("type") != "":
		return nil, bad("types", "You may only specify one of these parameters: type, types.")
	}
	if len(types) > 0 {
		all = append(all, ofTypes(types))
	}
	for name := range q {
		if paging[name] || strings.HasPrefix(name, "types[") || strings.HasPrefix(name, "expand[") {
			continue
		}
		f, fail := filter(name, q.Get(name))
		if fail != nil {
			return nil, fail
		}
		all = append(all, f)
	}
	return all, nil
}

func ofTypes(types []string) func(*entry) bool {
	return func(e *entry) bool { return slices.Contains(types, text(e.members["type"])) }
}

// indexed collects name[0], name[1], … as stripe-go writes arrays.
func indexed(q url.Values, name string) (all []string) {
	for i := 0; q.Has(fmt.Sprintf("%s[%d]", name, i)); i++ {
		all = append(all, q.Get(fmt.Sprintf("%s[%d]", name, i)))
	}
	return all
}

// filter compares a member, or its underscored twin, with a value; ranges by
// [gt], [gte], [lt] and [lte], a member of payment by its name.
func filter(name, value string) (func(*entry) bool, *failure) {
	member, op, ranged := strings.Cut(strings.TrimSuffix(name, "]"), "[")
	if ranged && member == "payment" {
		return func(e *entry) bool {
			var of map[string]json.RawMessage
			return json.Unmarshal(e.members[member], &of) == nil && text(of[op]) == value
		}, nil
	}
	if ranged {
		bound, err := strconv.ParseInt(value, 10, 64)
		compare, known := ranges[op]
		if err != nil || !known {
			return nil, bad(name, "Invalid integer: "+value)
		}
		return func(e *entry) bool { return compare(number(e.members[member]), bound) }, nil
	}
	if member == "delivery_success" {
		return func(e *entry) bool { return e.delivered() == (value == "true") }, nil
	}
	if prefix, wild := strings.CutSuffix(value, "*"); wild && name == "type" {
		return func(e *entry) bool { return strings.HasPrefix(text(e.members["type"]), prefix) }, nil
	}
	return func(e *entry) bool {
		raw, ok := e.members["_"+member]
		if !ok {
			raw, ok = e.members[member]
		}
		return ok && (text(raw) == value || string(raw) == value)
	}, nil
}

var ranges = map[string]func(n, bound int64) bool{
	"gt": func(n, b int64) bool { return n > b }, "gte": func(n, b int64) bool { return n >= b },
	"lt": func(n, b int64) bool { return n < b }, "lte": func(n, b int64) bool { return n <= b },
}
