package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

var (
	timelinePages = []Page{
		{Route: "GET /timeline", Tab: TabTimeline, Show: showTimelines},
		{Route: "GET /timeline/{object}", Tab: TabTimeline, Show: showTimeline},
	}
	timelinesBody = parse("timelines.html", "filters.html")
	timelineBody  = parse("timeline.html", "filters.html")
)

const (
	// maxLines is of how many lines a timeline is made: more than its events can have.
	maxLines = 50_000
	// maxLooked is how many events are read for an id that no index has, unless more are
	// asked for.
	maxLooked = 2000
	// liveEvents is how many events a timeline may have that is read again and again.
	liveEvents = 100
)

func showTimelines(r *Request) (View, error) {
	_, err := r.Params()
	return View{Title: "Timeline", Body: timelinesBody}, err
}

// timelineData is the picture of one thing.
type timelineData struct {
	picture
	ID         string
	About      *event.Facts // of the newest event of the thing itself
	Ours       *Found       // what the business has of it
	Stripe     string
	Events     int
	Notes      []string
	Unreadable error
	Older      string // address; empty at the beginning
	Newer      string
	Command    string
}

func showTimeline(r *Request) (View, error) {
	id := r.PathValue("object")
	v := View{Title: "Timeline", Body: timelineBody}
	q, err := r.Params("account", "mode", "before", "all")
	if err != nil {
		return v, err
	}
	req, before, err := timelineOf(id, q)
	if err != nil {
		return v, err
	}
	course, err := r.course(req, q.Get("all") != "")
	if err != nil {
		return v, err
	}
	d := timelineData{ID: id, Notes: course.Notes, Unreadable: course.Unreadable, Events: course.Events}
	events := eventsOf(course.Moments)
	d.picture = draw(events, before, r.where)
	d.links(r, events, q)
	if d.About != nil {
		d.Ours = r.ours(id, &d.About.Scope)
	} else {
		d.Ours = r.ours(id, nil)
	}
	d.Command = r.console.Command(append([]string{"events timeline", quoted(id)}, scopeFlags(q)...)...)
	v.Live, v.Data = r.console.isLocal() && len(events) <= liveEvents && before.IsZero(), d
	return v, nil
}

// timelineOf reads the parameters as the command does its flags.
func timelineOf(id string, q url.Values) (req operator.Timeline, before time.Time, err error) {
	req = operator.Timeline{ID: id, Limit: maxLines}
	scope := cli.ScopeFlags{Account: q.Get("account"), Mode: q.Get("mode")}
	if err := scope.Check(); err != nil {
		return req, before, err
	}
	if scope.Set() {
		req.Scope, req.Scopes = scope.Matches, scope.All()
	}
	if text := q.Get("before"); text != "" {
		if before, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return req, before, Refused(http.StatusBadRequest, "before is not the time of a moment.", "Use the links Older and Newer of the page.")
		}
	}
	return req, before, nil
}

func scopeFlags(q url.Values) (all []string) {
	for _, name := range []string{"account", "mode"} {
		if v := q.Get(name); v != "" {
			all = append(all, "--"+name, quoted(v))
		}
	}
	return all
}

// course reads the timeline. For an id that no index has, all events would be read: it
// stops after some, unless that is what was asked for.
func (r *Request) course(req operator.Timeline, whole bool) (*operator.Course, error) {
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	looked := 0
	req.Looked = func(n int) {
		if looked += n; looked >= maxLooked && !whole {
			stop()
		}
	}
	course, err := r.console.Operator.Timeline(ctx, req)
	switch {
	case err != nil && ctx.Err() != nil && r.Context().Err() == nil:
		return nil, &failure{http.StatusNotFound, fmt.Sprintf("No stored event is about %s among the newest %s.", req.ID, count(looked)), "No index has such an id. /timeline/" + url.PathEscape(req.ID) + "?all=1 reads all events.", ""}
	case errors.Is(err, event.ErrNotFound):
		return nil, Refused(http.StatusNotFound, fmt.Sprintf("No stored event is about %s.", req.ID), "If Stripe has it: "+r.console.Command("backfill", "--since", "DAY"))
	}
	return course, err
}

// links are those of the thing, and of the moments before and after these.
func (d *timelineData) links(r *Request, events []*timelineEvent, q url.Values) {
	for _, e := range slices.Backward(events) {
		if e.Facts != nil && (e.Facts.Object == d.ID || d.About == nil && e.Facts.Subject == d.ID) {
			if d.About == nil || d.About.Object != d.ID {
				d.About = e.Facts
			}
		}
	}
	if d.About != nil && d.About.Object == d.ID {
		d.Stripe = objectAtStripe(d.About.Scope, d.About.ObjectType, d.ID)
	}
	here := func(before string) string {
		to := url.Values{}
		for name, values := range q {
			to[name] = values
		}
		if to.Del("before"); before != "" {
			to.Set("before", before)
		}
		return address(r.URL.Path, to)
	}
	if d.Left > 0 {
		d.Older = here(d.First.UTC().Format(time.RFC3339Nano))
	}
	if q.Has("before") {
		d.Newer = here("")
	}
}

// ours is what the business has of the thing; nil for nothing. An error is not said here:
// the page of it does.
func (r *Request) ours(id string, in *event.Scope) *Found {
	if !ids.MatchString(id) {
		return nil
	}
	for _, look := range r.console.References {
		if found, err := look(r, id, in); err == nil {
			return &found
		}
	}
	return nil
}
