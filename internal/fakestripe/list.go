package fakestripe

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// all returns the objects of a kind that the key may see, newest first.
func (v view) all(kind string) []*entry { return v.matching(kind, func(*entry) bool { return true }) }

// matching returns those of all that match, which is asked first: there may be thousands.
func (v view) matching(kind string, match func(*entry) bool) []*entry {
	var found []*entry
	for _, e := range v.api.objects[v.Account] {
		if e.kind == kind && match(e) && v.sees(e) {
			found = append(found, e)
		}
	}
	for id, e := range v.api.made[v.Account] {
		if e.kind == kind && match(e) && v.sees(e) && v.api.objects[v.Account][id] == nil {
			found = append(found, e)
		}
	}
	slices.SortFunc(found, func(a, b *entry) int { return cmp.Or(cmp.Compare(b.created, a.created), cmp.Compare(b.Seq, a.Seq)) })
	return found
}

// query selects one page of a list. At most one cursor is set; it must exist, but
// need not match.
type query struct {
	after, before string
	limit         int
	match         []func(*entry) bool
}

// list answers with one page.
func (v view) list(w http.ResponseWriter, r *http.Request, all []*entry, q url.Values) *failure {
	selected, fail := parse(q)
	if fail != nil {
		return fail
	}
	page, more, fail := selected.page(all)
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

// parse reads the parameters of a request.
func parse(q url.Values) (s query, fail *failure) {
	s = query{after: q.Get("starting_after"), before: q.Get("ending_before")}
	if s.after != "" && s.before != "" {
		return s, bad("", "You cannot parse both ending_before and starting_after.")
	}
	if s.limit, fail = limit(q); fail != nil {
		return s, fail
	}
	s.match, fail = filters(q)
	return s, fail
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
func (q query) page(all []*entry) (page []*entry, more bool, fail *failure) {
	if cursor := q.after + q.before; cursor != "" {
		at := slices.IndexFunc(all, func(e *entry) bool { return e.id == cursor })
		switch {
		case at < 0:
			return nil, false, missing("object", cursor, http.StatusBadRequest, "starting_after")
		case q.after != "":
			all = all[at+1:]
		default:
			all = all[:at]
		}
	}
	for _, e := range all {
		if q.matches(e) {
			page = append(page, e)
		}
	}
	if len(page) <= q.limit {
		return page, false, nil
	}
	if q.before != "" {
		return page[len(page)-q.limit:], true, nil
	}
	return page[:q.limit], true, nil
}

func (q query) matches(e *entry) bool {
	return !slices.ContainsFunc(q.match, func(f func(*entry) bool) bool { return !f(e) })
}
