package console

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

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
	p := r.replayDialog(plan, q, rate)
	p.do = func(ctx context.Context, pace operator.Pace) (report, error) {
		res, err := plan.Run(ctx, pace)
		return replayReport(res), err
	}
	return p, p.alone(r, req)
}

// replayDialog says what the plan would do.
func (r *Request) replayDialog(plan *operator.ReplayPlan, q url.Values, rate float64) *proposal {
	dry := plan.DryRun()
	p := &proposal{N: dry.Selected, Of: dry.Selected, Events: dry.Sample, Counted: "are selected", Hidden: kept(q, slices.Concat(replayFilters, []string{"id", "resume"})...)}
	p.task = task{
		Verb: "sent", One: "event", Many: "events", Still: "left", Total: p.N, Rate: rate, Back: r.replayBack(q),
		Same: address("/do/replay", kept(q, slices.Concat(replayFilters, []string{"id", "again", "stale", "done-as", "repeat", "rate"})...)),
	}
	p.Title = "Replay " + plural(p.N, "event", "events")
	if plan.Action != "" {
		p.Title += " to " + plan.Action
	}
	p.Heading = p.Title + "?"
	p.Says = []string{"An action never acts on an event twice: what is done stays done, and so is what was discarded. What is parked or waits is tried at once; what is unknown stays until you say what happened."}
	p.Options = []option{{Name: "again", Label: "Ask also actions that ignored it (--again)", On: q.Get("again") != ""}, staleOption(q)}
	p.renamed(plan, q)
	p.unreadable(plan.Unreadable)
	p.Command = []string{r.console.Command(slices.Concat([]string{"replay"}, replayFlags(q), rateFlag(rate), []string{"--yes"})...)}
	p.Buttons = []button{{Label: "Replay " + plural(p.N, "event", "events"), First: true}}
	return p
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
	p.Once, p.After, p.Events = true, "/events/"+url.PathEscape(req.IDs[0]), nil
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
