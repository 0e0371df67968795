package console

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// replayParams are those of the dialog, besides the filters of the list of events.
var replayParams = []string{"id", "again", "stale", "rate", "done-as", "repeat", "resume"}

// replayFilters are the filters that a replay selects by.
var replayFilters = []string{"type", "object", "customer", "action", "since", "until"}

// replayOf reads what is to be replayed as the command does.
func replayOf(q url.Values, now time.Time) (req operator.Replay, err error) {
	req = operator.Replay{
		Events: operator.Events{IDs: q["id"], Object: q.Get("object"), Customer: q.Get("customer"), Types: q["type"], Action: q.Get("action")},
		Again:  q.Get("again") != "", Stale: q.Get("stale") != "", DoneAs: q["done-as"], Repeat: q.Get("repeat") != "", After: q.Get("resume"),
	}
	for _, t := range req.Types {
		if err := new(cli.Types).Set(t); err != nil {
			return req, cli.Usage("type %q: %w", t, err)
		}
	}
	if req.From, err = when(q, "since", now); err != nil {
		return req, err
	}
	if req.To, err = when(q, "until", now); err != nil {
		return req, err
	}
	if req.Repeat && len(req.DoneAs) > 0 {
		return req, cli.Usage("--repeat and --done-as: choose one")
	}
	return req, nil
}

// mostNamed is how many events are selected one by one, where a replay has no such filter.
const mostNamed = 200

// replaySelection fixes the selection, so that the form has what the dialog has shown:
// times as they are now, and the ids of a list whose filters a replay does not have.
func (r *Request) replaySelection(q url.Values) (url.Values, error) {
	now, fixed := r.console.Now(), maps.Clone(q)
	if slices.ContainsFunc(eventFilters, func(name string) bool {
		return q.Get(name) != "" && name != "before" && name != "q" && !slices.Contains(replayFilters, name)
	}) {
		ids, err := r.listed(q)
		if err != nil {
			return nil, err
		}
		fixed = kept(q, replayParams...)
		fixed["id"] = ids
		if a := q.Get("action"); a != "" {
			fixed.Set("action", a)
		}
		return fixed, nil
	}
	if len(kept(q, "id", "type", "object", "customer", "since", "until")) == 0 {
		return nil, Refused(http.StatusBadRequest, "Choose what is replayed: a type, an object, a customer or a time.", "Set a filter on the page Events.")
	}
	for _, name := range []string{"since", "until"} {
		t, err := when(q, name, now)
		if err != nil {
			return nil, err
		}
		if name == "until" && t.IsZero() && q.Get("id") == "" {
			t = now
		}
		if !t.IsZero() {
			fixed.Set(name, t.UTC().Format("2006-01-02T15:04:05.000Z07:00"))
		}
	}
	return fixed, nil
}

// listed are the ids of the events that the list has with these filters.
func (r *Request) listed(q url.Values) (ids []string, err error) {
	q = maps.Clone(q)
	delete(q, "before")
	req, err := eventList(q, r.console.Now())
	if err != nil {
		return nil, err
	}
	req.Limit = mostNamed + 1
	for e, err := range r.console.Operator.List(r.Context(), req) {
		if err != nil {
			return nil, err
		}
		if e.Status != event.StatusQuarantined {
			ids = append(ids, e.ID)
		}
	}
	switch {
	case len(ids) == 0:
		return nil, Refused(http.StatusConflict, "No event matches these filters.", "Nothing was changed.")
	case len(ids) > mostNamed:
		return nil, Refused(http.StatusConflict, fmt.Sprintf("More than %d events match, and a replay has no filter by status, mode, account, endpoint or version.", mostNamed), "Narrow the list, or filter by type, object, customer or time alone.")
	}
	return ids, nil
}

func (r *Request) replayBack(q url.Values) string {
	if len(q["id"]) == 1 {
		return "/events/" + url.PathEscape(q.Get("id"))
	}
	return address("/events", kept(q, replayFilters...))
}

// replayFlags are the words of the command.
func replayFlags(q url.Values) (all []string) {
	for _, id := range q["id"] {
		all = append(all, quoted(id))
	}
	all = append(all, flagsOf(q, slices.Concat(replayFilters, []string{"done-as", "resume"})...)...)
	for _, name := range []string{"again", "stale", "repeat"} {
		if q.Get(name) != "" {
			all = append(all, "--"+name)
		}
	}
	return all
}
