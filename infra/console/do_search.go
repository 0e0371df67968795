package console

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/operator"
)

const (
	// searchRate is how many bodies a search reads a second by default.
	searchRate = "200"
	// foundShown is how many events a search names.
	foundShown = 200
)

// searched are the filters of the list of events that a search has.
var searched = slices.DeleteFunc(slices.Clone(eventFilters), func(name string) bool { return name == "q" })

// proposeSearch is the dialog of a search in the signed bytes of the events that the list
// selects. It changes nothing; what it reads is said before.
func proposeSearch(r *Request, q url.Values) (*proposal, error) {
	q = maps.Clone(q)
	if q.Get("rate") == "" {
		q.Set("rate", searchRate)
	}
	rate, err := rateOf(q)
	if err != nil {
		return nil, err
	}
	filters := kept(q, searched...)
	req, err := eventList(filters, r.console.Now())
	if err != nil {
		return nil, err
	}
	plan, err := r.console.Operator.PlanSearch(r.Context(), req)
	if err != nil {
		return nil, err
	}
	p := &proposal{N: len(plan.Events), Of: len(plan.Events), Counted: "are selected", Hidden: filters, Searches: true, Text: q.Get("text")}
	p.task = task{Verb: "searched", One: "payload", Many: "payloads", Total: p.N, Rate: rate, Back: address("/events", filters)}
	p.Title = "Search in " + plural(p.N, "payload", "payloads")
	p.Heading = p.Title + "?"
	p.Says = []string{fmt.Sprintf("It reads the signed bytes of each: %s, about %s read units (one for 4 to 8 KB). Nothing is changed. Letters count in any case.", plural(p.N, "request", "requests"), count(p.N))}
	if plan.More {
		p.Says = append(p.Says, "More events may be selected: these are the newest.")
	}
	if plan.Unreadable != nil {
		p.Says = append(p.Says, sentence(plan.Unreadable.Error()))
	}
	if strings.TrimSpace(p.Text) == "" {
		p.Wrong = "Type what to look for."
	}
	p.Buttons = []button{{Label: p.Title, First: true}}
	p.do = p.search(plan)
	return p, nil
}

// search runs the plan with the text of the dialog.
func (p *proposal) search(plan *operator.SearchPlan) func(context.Context, operator.Pace) (report, error) {
	text := strings.TrimSpace(p.Text)
	return func(ctx context.Context, pace operator.Pace) (report, error) {
		res, err := plan.Run(ctx, pace, text)
		rep := report{Done: res.Searched, Left: res.Skipped, Found: res.Found[:min(len(res.Found), foundShown)]}
		rep.Other = []string{fmt.Sprintf("Found in %s.", plural(len(res.Found), "event", "events"))}
		if over := len(res.Found) - foundShown; over > 0 {
			rep.Other = append(rep.Other, fmt.Sprintf("The newest %d are listed.", foundShown))
		}
		return rep, err
	}
}

// SearchURL is the dialog that searches in the payloads of what the filters select.
func (f frame) SearchURL() string { return address("/do/search", kept(f.Filters(), searched...)) }
