package console

import (
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

var (
	eventsPages = []Page{{Route: "GET /events", Tab: TabEvents, Show: showEvents}}
	eventsBody  = parse("events.html", "filters.html")
)

// eventFilters are the parameters of /events: the flags of payhooks events list.
var eventFilters = []string{"id", "type", "status", "action", "mode", "account", "endpoint", "customer", "object", "version", "since", "until", "before", "q"}

const (
	eventsShown    = 50
	eventsSearched = 1000 // events that a page reads at most to find as many
)

// eventsData is a list of events.
type eventsData struct {
	Rows       []eventRow
	Actions    []string
	Query      url.Values
	Chips      []chip
	Foot       string
	Older      string // address of the next page; empty at the end
	OlderWord  string
	None       string
	Unreadable error
	Command    string
}

// eventRow is one event of a list.
type eventRow struct {
	operator.EventRow
	Strip strip
	What  template.HTML // what came of it
	Day   string        // of the first row of a day
}

// Amount is the event's, or empty.
func (e eventRow) Amount() string {
	if e.Facts.Amount == nil {
		return ""
	}
	return amount(*e.Facts.Amount, e.Facts.Currency)
}

func showEvents(r *Request) (View, error) {
	v := View{Title: "Events", Body: eventsBody, Live: true, Scripts: selectScript}
	q, err := r.Params(eventFilters...)
	if err != nil {
		return v, err
	}
	if text := strings.TrimSpace(q.Get("q")); text != "" {
		return v, Redirect("/find?q=" + url.QueryEscape(text) + "&from=" + url.QueryEscape(r.With("q", "")))
	}
	req, err := eventList(q, r.console.Now())
	if err != nil {
		return v, err
	}
	d, err := r.listEvents(req)
	if err != nil {
		return v, err
	}
	d.Query, d.Chips, d.Command = q, r.chips(q), r.console.Command(append([]string{"events list"}, flags(q)...)...)
	if v.Live = q.Get("before") == ""; len(d.Rows) == 0 {
		d.None = none(q, req, r)
	}
	v.Data = d
	return v, nil
}

// eventList reads the filters as the command does.
func eventList(q url.Values, now time.Time) (req operator.EventList, err error) {
	req = operator.EventList{
		ID: q.Get("id"), Types: q["type"], Status: event.Status(q.Get("status")), Action: q.Get("action"), Customer: q.Get("customer"),
		Object: q.Get("object"), Endpoint: q.Get("endpoint"), Version: q.Get("version"), Limit: eventsShown, Most: eventsSearched,
	}
	for _, t := range req.Types {
		if err := new(cli.Types).Set(t); err != nil {
			return req, cli.Usage("type %q: %w", t, err)
		}
	}
	if req.Status != "" && !slices.Contains(operator.Statuses, req.Status) {
		return req, Refused(http.StatusBadRequest, fmt.Sprintf("There is no status %s.", req.Status), "The statuses are "+join(operator.Statuses)+".")
	}
	scope := cli.ScopeFlags{Account: q.Get("account"), Mode: q.Get("mode")}
	if err := scope.Check(); err != nil {
		return req, err
	}
	if scope.Set() {
		req.Scope, req.Scopes = scope.Matches, scope.All()
	}
	if req.Since, err = when(q, "since", now); err != nil {
		return req, err
	}
	return req, before(&req, q, now)
}

// before takes the earlier of until and before.
func before(req *operator.EventList, q url.Values, now time.Time) error {
	for _, name := range []string{"until", "before"} {
		t, err := when(q, name, now)
		if err != nil {
			return err
		}
		if !t.IsZero() && (req.Before.IsZero() || t.Before(req.Before)) {
			req.Before = t
		}
	}
	return nil
}

func join[T ~string](all []T) string {
	words := make([]string, len(all))
	for i, s := range all {
		words[i] = string(s)
	}
	return strings.Join(words, ", ")
}

// listEvents reads a page of the list.
func (r *Request) listEvents(req operator.EventList) (d eventsData, err error) {
	if d.Actions, err = r.console.actions(r.Context()); err != nil {
		return d, err
	}
	looked, back := 0, time.Time{}
	req.Looked = func(n int, before time.Time) { looked, back = looked+n, before }
	for e, err := range r.console.Operator.List(r.Context(), req) {
		switch {
		case errors.Is(err, event.ErrInvalid):
			d.Unreadable = errors.Join(d.Unreadable, err)
		case err != nil:
			return d, err
		default:
			d.add(r, e)
		}
	}
	d.foot(r, req, looked, back)
	return d, nil
}

func (d *eventsData) add(r *Request, e operator.EventRow) {
	row := eventRow{EventRow: e, Strip: stripOf(e, d.Actions), What: whatCame(e)}
	if day := r.Day(e.Received); len(d.Rows) == 0 || r.Day(d.Rows[len(d.Rows)-1].Received) != day {
		row.Day = day
	}
	d.Rows = append(d.Rows, row)
}

// foot says how much was read, and where the list continues.
func (d *eventsData) foot(r *Request, req operator.EventList, looked int, back time.Time) {
	d.Foot = plural(len(d.Rows), "event", "events")
	full := len(d.Rows) == eventsShown
	switch {
	case full && looked <= eventsShown:
		d.Foot = count(len(d.Rows)) + " of the newest"
		d.OlderWord = "Older"
	case looked > 0 && !back.Equal(req.Since):
		d.Foot += fmt.Sprintf(", searched %s, back to %s", count(looked), back.In(r.where).Format("2 Jan 15:04"))
		d.OlderWord = "Search further"
	}
	if d.OlderWord != "" && !back.IsZero() && !back.Equal(req.Since) {
		q := r.URL.Query()
		q.Set("before", back.UTC().Format("2006-01-02T15:04:05.000Z07:00"))
		d.Older = address(r.URL.Path, q)
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + many
}

// none says that nothing matches, or that there is nothing.
func none(q url.Values, req operator.EventList, r *Request) string {
	if len(q) == 0 {
		return "No events yet."
	}
	from, to := "the first event", "now"
	if !req.Since.IsZero() {
		from = req.Since.In(r.where).Format("2 Jan 15:04")
	}
	if !req.Before.IsZero() {
		to = req.Before.In(r.where).Format("2 Jan 15:04")
	}
	return fmt.Sprintf("No event matches these filters between %s and %s.", from, to)
}

// flags are the command's, as the filters have them.
func flags(q url.Values) (all []string) {
	for _, name := range eventFilters {
		for _, v := range q[name] {
			all = append(all, "--"+name, quoted(v))
		}
	}
	return all
}

// Quoted is a word of a command line.
func Quoted(s string) string { return quoted(s) }

func quoted(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/,=") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
