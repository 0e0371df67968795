package fakestripe

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// thinQuery selects one page of thin events. As the token of a page it contains
// what the first page was asked for.
type thinQuery struct {
	Types         []string         `json:"types,omitempty"`
	Object        string           `json:"object,omitempty"`
	Created       map[string]int64 `json:"created,omitempty"` // bounds in milliseconds
	Limit         int              `json:"limit"`
	After, Before string           // an event's id; at most one
	Generation    int              // of the tokens; see ExpirePages
}

// ExpirePages makes all pages of thin events that were named so far invalid.
func (a *API) ExpirePages() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.generation++
}

// thinQuery reads the parameters of a list of thin events.
func (a *API) thinQuery(q url.Values) (t thinQuery, fail *failure) {
	if q.Has("page") {
		return a.thinPage("?" + q.Encode())
	}
	t = thinQuery{Types: list(q, "types"), Object: q.Get("object_id"), Limit: 20, Generation: a.generation}
	if q.Has("limit") {
		if t.Limit, fail = limit(q); fail != nil {
			return t, fail
		}
	}
	for name := range q {
		op, ranged := strings.CutPrefix(name, "created[")
		switch {
		case ranged:
			at, err := time.Parse(time.RFC3339, q.Get(name))
			if _, known := ranges[strings.TrimSuffix(op, "]")]; err != nil || !known {
				return t, bad(name, name+": expected a time in ISO 8601")
			}
			t.bound(strings.TrimSuffix(op, "]"), at)
		case name != "types" && !strings.HasPrefix(name, "types[") && name != "object_id" && name != "limit":
			return t, bad(name, "Unknown parameter: "+name)
		}
	}
	return t, nil
}

// list reads an array, in any of the forms that Stripe accepts.
func list(q url.Values, name string) []string {
	return slices.Concat(q[name+"[]"], indexed(q, name), q[name])
}

func (q *thinQuery) bound(op string, at time.Time) {
	if at.IsZero() {
		return
	}
	if q.Created == nil {
		q.Created = map[string]int64{}
	}
	q.Created[op] = at.Add(time.Millisecond - 1).UnixMilli() // events have whole ones
}

// list returns the page and where the next and the previous one are.
func (q thinQuery) list(v view) (page []*entry, next, previous string, fail *failure) {
	if len(q.Types) > 20 {
		return nil, "", "", bad("types", "Array types exceeded maximum 20 allowed elements.")
	}
	page, more, fail := query{after: q.After, before: q.Before, limit: q.Limit, match: q.matches(v)}.page(v.allThin())
	if fail != nil || len(page) == 0 {
		return nil, "", "", fail
	}
	first, last := page[0].id, page[len(page)-1].id
	if more && q.Before == "" || q.Before != "" {
		next = q.token(last, "")
	}
	if more && q.Before != "" || q.After != "" {
		previous = q.token("", first)
	}
	return page, next, previous, nil
}

func (q thinQuery) matches(v view) (all []func(*entry) bool) {
	if len(q.Types) > 0 {
		all = append(all, ofTypes(q.Types))
	}
	if q.Object != "" {
		all = append(all, func(e *entry) bool { return v.about(e) == q.Object })
	}
	for op, bound := range q.Created {
		all = append(all, func(e *entry) bool { return ranges[op](e.millis, bound) })
	}
	return all
}

// token is the URL of another page of the same list.
func (q thinQuery) token(after, before string) string {
	q.After, q.Before = after, before
	text, err := json.Marshal(q)
	if err != nil { // cannot be: it has only texts and numbers
		return ""
	}
	return "/v2/core/events?page=" + base64.RawURLEncoding.EncodeToString(text)
}

// thinPage reads such a URL.
func (a *API) thinPage(page string) (q thinQuery, fail *failure) {
	u, err := url.Parse(page)
	if err == nil {
		var text []byte
		if text, err = base64.RawURLEncoding.DecodeString(u.Query().Get("page")); err == nil {
			err = json.Unmarshal(text, &q)
		}
	}
	if err != nil || q.Generation != a.generation || q.Limit < 1 {
		return q, &failure{http.StatusBadRequest, invalid, "invalid_page_token", "This page token is not valid or has expired.", "page"}
	}
	return q, nil
}

// listThin answers with one page.
func (v view) listThin(w http.ResponseWriter, r *http.Request) *failure {
	q, fail := v.api.thinQuery(r.URL.Query())
	if fail != nil {
		return fail
	}
	page, next, previous, fail := q.list(v)
	if fail != nil {
		return fail
	}
	data := make([]json.RawMessage, len(page))
	for i, e := range page {
		data[i] = v.renderThin(e)
	}
	return answer(w, pageOf(data, next, previous))
}

// pageOf is a page of any list below /v2/: URLs are null where there is no page.
func pageOf(data []json.RawMessage, next, previous string) map[string]any {
	p := map[string]any{"data": data, "next_page_url": nil, "previous_page_url": nil}
	if next != "" {
		p["next_page_url"] = next
	}
	if previous != "" {
		p["previous_page_url"] = previous
	}
	return p
}

func answer(w http.ResponseWriter, v any) *failure {
	body, err := encode(v)
	if err != nil {
		return &failure{status: http.StatusInternalServerError, Type: "api_error", Message: err.Error()}
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
	return nil
}

func missingThin(id string) *failure {
	return &failure{http.StatusNotFound, invalid, "not_found", fmt.Sprintf("Event '%s' not found.", id), ""}
}
