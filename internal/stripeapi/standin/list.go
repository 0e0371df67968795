package standin

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// all returns the objects of a kind that the key may see, newest first.
func (v view) all(kind string) []*entry {
	var found []*entry
	for _, e := range v.api.objects[v.account] {
		if e.kind == kind && v.sees(e) {
			found = append(found, e)
		}
	}
	for id, e := range v.api.made[v.account] {
		if e.kind == kind && v.sees(e) && v.api.objects[v.account][id] == nil {
			found = append(found, e)
		}
	}
	slices.SortFunc(found, func(a, b *entry) int { return cmp.Or(cmp.Compare(b.created, a.created), cmp.Compare(b.Seq, a.Seq)) })
	return found
}

// list answers with one page. A cursor must exist, but need not match the
// filters.
func (v view) list(w http.ResponseWriter, r *http.Request, all []*entry, q url.Values) *failure {
	limit, fail := limit(q)
	if fail != nil {
		return fail
	}
	match, fail := filters(q)
	if fail != nil {
		return fail
	}
	page, more, fail := page(all, q, limit, match)
	if fail != nil {
		return fail
	}
	paths := expansions(q, "data")
	data := make([]json.RawMessage, len(page))
	for i, e := range page {
		data[i] = v.expand(e, paths)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(map[string]any{"object": "list", "url": r.URL.Path, "has_more": more, "data": data}); err != nil {
		return &failure{status: http.StatusInternalServerError, Type: "api_error", Message: err.Error()}
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(out.Bytes())
	return nil
}

func limit(q url.Values) (int, *failure) {
	text := q.Get("limit")
	if text == "" {
		return 10, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 100 {
		return 0, bad("limit", "This value must be between 1 and 100.")
	}
	return n, nil
}

func bad(param, message string) *failure {
	return &failure{http.StatusBadRequest, invalid, "", message, param}
}

// page cuts out one page: behind starting_after, or just before ending_before.
func page(all []*entry, q url.Values, limit int, match func(*entry) bool) (page []*entry, more bool, fail *failure) {
	after, before := q.Get("starting_after"), q.Get("ending_before")
	if after != "" && before != "" {
		return nil, false, bad("", "You cannot parse both ending_before and starting_after.")
	}
	if cursor := after + before; cursor != "" {
		at := slices.IndexFunc(all, func(e *entry) bool { return e.id == cursor })
		switch {
		case at < 0:
			return nil, false, missing("object", cursor, http.StatusBadRequest, "starting_after")
		case after != "":
			all = all[at+1:]
		default:
			all = all[:at]
		}
	}
	for _, e := range all {
		if match(e) {
			page = append(page, e)
		}
	}
	if len(page) <= limit {
		return page, false, nil
	}
	if before != "" {
		return page[len(page)-limit:], true, nil
	}
	return page[:limit], true, nil
}

// paging are the parameters that select no objects.
var paging = map[string]bool{"limit": true, "starting_after": true, "ending_before": true, "expand[]": true, "expand": true}

// filters makes one condition of all parameters.
func filters(q url.Values) (func(*entry) bool, *failure) {
	types := slices.Concat(q["types[]"], indexed(q, "types"))
	switch {
	case len(types) > 20:
		return nil, bad("types", "Array types exceeded maximum 20 allowed elements.")
	case len(types) > 0 && q.Get("type") != "":
		return nil, bad("types", "You may only specify one of these parameters: type, types.")
	}
	var all []func(*entry) bool
	if len(types) > 0 {
		all = append(all, func(e *entry) bool { return slices.Contains(types, text(e.members["type"])) })
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
	return func(e *entry) bool {
		return !slices.ContainsFunc(all, func(f func(*entry) bool) bool { return !f(e) })
	}, nil
}

// indexed collects name[0], name[1], … as stripe-go writes arrays.
func indexed(q url.Values, name string) (all []string) {
	for i := 0; q.Has(fmt.Sprintf("%s[%d]", name, i)); i++ {
		all = append(all, q.Get(fmt.Sprintf("%s[%d]", name, i)))
	}
	return all
}

// filter compares a member, or its underscored twin, with a value; ranges by
// [gt], [gte], [lt] and [lte].
func filter(name, value string) (func(*entry) bool, *failure) {
	member, op, ranged := strings.Cut(strings.TrimSuffix(name, "]"), "[")
	if ranged {
		bound, err := strconv.ParseInt(value, 10, 64)
		compare, known := ranges[op]
		if err != nil || !known {
			return nil, bad(name, "Invalid integer: "+value)
		}
		return func(e *entry) bool { return compare(number(e.members[member]), bound) }, nil
	}
	if prefix, wild := strings.CutSuffix(value, "*"); wild && name == "type" {
		return func(e *entry) bool { return strings.HasPrefix(text(e.members["type"]), prefix) }, nil
	}
	return func(e *entry) bool {
		raw, ok := e.members["_"+member]
		if !ok {
			raw, ok = e.members[member]
		}
		if member == "delivery_success" && !ok {
			return value == "true"
		}
		return ok && (text(raw) == value || string(raw) == value)
	}, nil
}

var ranges = map[string]func(n, bound int64) bool{
	"gt": func(n, b int64) bool { return n > b }, "gte": func(n, b int64) bool { return n >= b },
	"lt": func(n, b int64) bool { return n < b }, "lte": func(n, b int64) bool { return n <= b },
}
