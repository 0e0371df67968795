package console

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// replayParams are those of the dialog, besides the filters of the list of events.
var replayParams = []string{"id", "again", "stale", "rate", "done-as", "repeat", "resume"}

// replayFilters are the filters that a replay selects by.
var replayFilters = []string{"type", "object", "customer", "action", "since", "until"}

// selectedEvent is an event that a replay sends.
type selectedEvent = operator.SelectedEvent

// proposeReplay is the dialog that sends stored events to their actions again.
func proposeReplay(r *Request, q url.Values) (*proposal, error) {
	rate, err := rateOf(q)
	if err != nil {
		return nil, err
	}
	q, err = r.replaySelection(q)
	if err != nil {
		return nil, err
	}
	req, err := replayOf(q, r.console.Now())
	if err != nil {
		return nil, err
	}
	plan, err := r.console.Operator.PlanReplay(r.Context(), req)
	if err != nil {
		return nil, err
	}
	dry := plan.DryRun()
	p := &proposal{N: dry.Selected, Of: dry.Selected, Events: dry.Sample, Counted: "are selected", Hidden: kept(q, slices.Concat(replayFilters, []string{"id", "resume"})...)}
	p.task = task{Verb: "sent", One: "event", Many: "events", Still: "left", Total: p.N, Rate: rate, Back: r.replayBack(q), Same: address("/do/replay", kept(q, slices.Concat(replayFilters, []string{"id", "again", "stale", "done-as", "repeat", "rate"})...))}
	to := ""
	if req.Action != "" {
		to = " to " + req.Action
	}
	p.Title = "Replay " + plural(p.N, "event", "events") + to
	p.Heading = p.Title + "?"
	p.Says = []string{"An action never acts on an event twice: what is done stays done, and so is what was discarded. What is parked or waits is tried at once; what is unknown stays until you say what happened."}
	p.Options = []option{
		{Name: "again", Label: "Ask also actions that ignored it (--again)", On: q.Get("again") != ""}, staleOption(q),
	}
	p.renamed(plan, q)
	p.unreadable(plan.Unreadable)
	p.Command = []string{r.console.Command(append(append([]string{"replay"}, replayFlags(q)...), append(rateFlag(rate), "--yes")...)...)}
	p.Buttons = []button{{Label: "Replay " + plural(p.N, "event", "events"), First: true}}
	p.do = func(ctx context.Context, pace operator.Pace) (report, error) {
		res, err := plan.Run(ctx, pace)
		return replayReport(res), err
	}
	return p, p.alone(r, req)
}

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

// renamed asks about what actions have done that have no rule any more.
func (p *proposal) renamed(plan *operator.ReplayPlan, q url.Values) {
	for _, old := range slices.Sorted(maps.Keys(plan.Done)) {
		p.Says = append(p.Says, fmt.Sprintf("%s did %s of this and has no rule any more.", old, plural(plan.Done[old], "delivery", "deliveries")))
		p.Options = append(p.Options, option{Name: "done-as", Value: old, Label: "Leave alone what " + old + " did (--done-as " + old + ")", On: slices.Contains(q["done-as"], old)})
	}
	if len(plan.Done) > 0 {
		p.Options = append(p.Options, option{Name: "repeat", Label: "Do again what they did (--repeat)", On: q.Get("repeat") != ""})
	}
	if old := plan.Undecided(); len(old) > 0 {
		p.Wrong = "Say of " + strings.Join(old, ", ") + ", which has no rule any more: leave alone what it did, or do it again."
	}
}

func replayReport(res operator.ReplayResult) report {
	rep := report{Done: res.Sent, Resume: res.Resume}
	for _, why := range sortedByCount(res.Skipped) {
		rep.Other = append(rep.Other, plural(res.Skipped[why], "event", "events")+" skipped: "+string(why)+".")
	}
	for _, why := range sortedByCount(res.Left) {
		rep.Other = append(rep.Other, plural(res.Left[why], "delivery", "deliveries")+" left: "+string(why)+".")
	}
	if res.Unknown > 0 {
		rep.Other = append(rep.Other, plural(res.Unknown, "delivery is", "deliveries are")+" unknown: say what happened on the page Needs a person.")
	}
	return rep
}

// step is what a replay does with one delivery.
type step struct{ Action, State, Says string }

// alone adds to the replay of one event what becomes of each of its deliveries.
func (p *proposal) alone(r *Request, req operator.Replay) error {
	if len(req.IDs) != 1 || p.N != 1 {
		return nil
	}
	p.One, p.After, p.Events = true, "/events/"+url.PathEscape(req.IDs[0]), nil
	p.Done = func(rep report) string {
		if rep.Done == 1 {
			return strings.Join(append([]string{"The event is sent to its actions again."}, rep.Other...), " ")
		}
		return strings.Join(append([]string{"Nothing was sent."}, rep.Other...), " ")
	}
	d, err := r.console.Operator.Show(r.Context(), req.IDs[0])
	if d == nil {
		return err
	}
	for _, x := range d.Deliveries {
		if req.Action == "" || req.Action == x.Action {
			state := shownRow(x)
			p.Table = append(p.Table, step{x.Action, state, replayed(state, req)})
		}
	}
	for _, u := range d.Unrecorded {
		if req.Action == "" || req.Action == u.Action {
			p.Table = append(p.Table, step{u.Action, string(event.StatusPending), "is recorded and sent"})
		}
	}
	return nil
}

// shownRow is the shape of a delivery of one event.
func shownRow(x operator.DeliveryRow) string {
	if x.State == event.Done && strings.HasPrefix(x.Outcome, "skipped") {
		return stateIgnored
	}
	return string(x.State)
}

// replayed is what a replay does with a delivery in a state.
func replayed(state string, req operator.Replay) string {
	switch state {
	case string(event.Parked):
		return "is tried again"
	case string(event.Waiting):
		return "is tried at once"
	case string(event.Unknown):
		return "stays until you say what happened"
	case string(event.Discarded):
		return "stays discarded"
	case stateIgnored:
		if req.Again || req.Stale {
			return "is asked again"
		}
		return "is left"
	}
	return "stays done"
}
