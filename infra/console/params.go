package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
)

// Params refuses a parameter that the page does not have, and the nearest name is said:
// a filter that silently does not apply shows what was not asked for.
func (r *Request) Params(names ...string) (url.Values, error) {
	q := r.URL.Query()
	for name, values := range q {
		if slices.Contains(names, name) {
			if q[name] = slices.DeleteFunc(values, func(v string) bool { return v == "" }); len(q[name]) == 0 { // of a form
				delete(q, name)
			}
			continue
		}
		next := "The filters are " + strings.Join(names, ", ") + "."
		if near := cli.Nearest(name, names); len(near) > 0 {
			next = "Did you mean " + near[0] + "?"
		}
		return nil, Refused(http.StatusBadRequest, "There is no filter "+name+".", next)
	}
	return q, nil
}

// when reads a time as the flags of commands do.
func when(q url.Values, name string, now time.Time) (time.Time, error) {
	if q.Get(name) == "" {
		return time.Time{}, nil
	}
	return cli.ParseTime("--"+name, q.Get(name), now)
}

// With is the page's address with a parameter set, or without it if the value is empty.
// A page that it leads to begins at its beginning.
func (r *Request) With(name, value string) string {
	q := r.URL.Query()
	q.Del("before")
	if q.Del(name); value != "" {
		q.Set(name, value)
	}
	return address(r.URL.Path, q)
}

// Without is the page's address without one value of a parameter.
func (r *Request) Without(name, value string) string {
	q := r.URL.Query()
	q.Del("before")
	q[name] = slices.DeleteFunc(slices.Clone(q[name]), func(v string) bool { return v == value })
	return address(r.URL.Path, q)
}

func address(path string, q url.Values) string {
	for name, values := range q {
		if len(values) == 0 {
			q.Del(name)
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
