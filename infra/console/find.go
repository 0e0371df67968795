package console

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

// The one box of every page.
var findPages = []Page{{Route: "GET /find", Show: showFound}}

// timelines are the prefixes of ids that have one.
var timelines = []string{"pi_", "ch_", "py_", "in_", "sub_", "cs_", "re_", "pyr_", "du_", "dp_", "po_", "cus_"}

// showFound leads to what the box says: an id, a filter, or the reference of an order.
func showFound(r *Request) (View, error) {
	q, err := r.Params("q", "from")
	if err != nil {
		return View{}, err
	}
	text := strings.TrimSpace(q.Get("q"))
	if text == "" {
		return View{}, Redirect(back(q.Get("from")))
	}
	to, err := r.find(text, back(q.Get("from")))
	if err != nil {
		return View{Title: "Nothing found"}, err
	}
	return View{}, Redirect(to)
}

func (r *Request) find(text, from string) (string, error) {
	name, value, filter := strings.Cut(text, ":")
	switch {
	case strings.HasPrefix(text, "evt_"):
		return "/events/" + url.PathEscape(text), nil
	case strings.HasPrefix(text, "acct_"):
		return addFilter(from, "account", text), nil
	case slices.ContainsFunc(timelines, func(p string) bool { return strings.HasPrefix(text, p) }):
		return "/timeline/" + url.PathEscape(text), nil
	case filter && slices.Contains(eventFilters, name):
		return addFilter(from, name, strings.TrimSpace(value)), nil
	}
	for _, look := range r.console.References {
		found, err := look(r, strings.TrimPrefix(text, "#"), nil)
		if err == nil || !errors.Is(err, event.ErrNotFound) {
			return found.Path, err
		}
	}
	return "", Refused(http.StatusNotFound, fmt.Sprintf("No event, object or order reference is %s in %s.", text, r.console.name()),
		"If Stripe has it: "+r.console.Command("backfill", "--since", "DAY"))
}

// addFilter adds a filter to a list of events; any other page is left for the list.
func addFilter(from, name, value string) string {
	u, err := url.Parse(from)
	if err != nil || u.Path != "/events" {
		u = &url.URL{Path: "/events"}
	}
	q := u.Query()
	if q.Del("before"); name == "type" {
		q.Add(name, value)
	} else {
		q.Set(name, value)
	}
	return address("/events", q)
}
