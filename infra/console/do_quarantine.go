package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// held are the quarantined requests that a dialog is about: one, or those of groups.
func (r *Request) held(q url.Values) (all []event.Quarantined, one bool, err error) {
	o := r.console.Operator
	if id := q.Get("id"); id != "" {
		one, err := o.FindQuarantined(r.Context(), q.Get("endpoint"), id)
		return []event.Quarantined{one}, true, err
	}
	if len(q["group"]) == 0 {
		return nil, false, Refused(http.StatusBadRequest, "Nothing is selected.", "Select a group on the page Needs a person.")
	}
	items, err := o.ListQuarantine(r.Context(), "")
	if err != nil && !errors.Is(err, event.ErrInvalid) {
		return nil, false, err
	}
	for _, i := range items {
		i.Action = i.Endpoint
		if !slices.Contains(q["group"], groupValue(operator.GroupOf(i))) {
			continue
		}
		one, err := o.Quarantine.Get(r.Context(), i.Endpoint, i.Event)
		if errors.Is(err, event.ErrNotFound) {
			continue // released or discarded meanwhile
		}
		if err != nil {
			return nil, false, err
		}
		all = append(all, one)
	}
	return all, false, nil
}

// quarantineDialog is what both dialogs over quarantined requests have.
func quarantineDialog(q url.Values, of int, one bool, path string) *proposal {
	p := &proposal{Of: of, Counted: "are quarantined", Hidden: kept(q, "id", "endpoint", "group"), Once: one, After: "/attention"}
	p.task = task{One: "request", Many: "requests", Still: "left", Same: address(path, kept(q, "id", "endpoint", "group")), Back: address("/attention", url.Values{"state": {stateQuarantined}})}
	if one {
		p.Back = address("/events/"+url.PathEscape(q.Get("id")), kept(q, "endpoint"))
	}
	return p
}

// proposeRelease is the dialog that accepts quarantined requests as events.
func proposeRelease(r *Request, q url.Values) (*proposal, error) {
	all, one, err := r.held(q)
	if err != nil {
		return nil, err
	}
	override := q.Get("override") != ""
	p := quarantineDialog(q, len(all), one, "/do/release")
	var taken []event.Quarantined
	for _, h := range all {
		p.release(r, h, override, &taken)
	}
	p.N, p.Verb, p.Total, p.Before = len(taken), "released", len(taken), p.Left
	p.Title = "Release " + plural(p.N, "quarantined request", "quarantined requests")
	p.Heading = "Release " + plural(p.Of, "quarantined request", "quarantined requests") + "?"
	p.Says = append(p.Says, whose(p.Of, "It is", "Each is")+" accepted as an event of its endpoint, with the same checks as a posted one, and goes to its actions.")
	p.Buttons = []button{{Label: "Release " + plural(p.N, "request", "requests"), First: true}}
	p.do = func(ctx context.Context, pace operator.Pace) (report, error) {
		return eachHeld(ctx, pace, taken, func(ctx context.Context, h event.Quarantined) error {
			_, err := r.console.Operator.Release(ctx, h)
			return err
		})
	}
	p.Done = func(report) string { return fmt.Sprintf("%s is released.", taken[0].ID) }
	if one && len(taken) == 1 {
		p.After = "/events/" + url.PathEscape(taken[0].ID)
	}
	return p, nil
}

// release adds one request: to those that can be released, or to what is left and why.
func (p *proposal) release(r *Request, h event.Quarantined, override bool, taken *[]event.Quarantined) {
	needs := operator.NeedsOverride(h.Reason)
	words := []string{"quarantine", "release", quoted(h.ID), "--endpoint", quoted(h.Endpoint)}
	if needs && !slices.ContainsFunc(p.Options, func(o option) bool { return o.Name == "override" }) {
		p.Options = append(p.Options, option{Name: "override", Label: "Accept although mode, account, source or detail-type is not the endpoint’s (--override)", On: override})
	}
	f, err := r.console.Operator.PlanRelease(h, override)
	if err != nil {
		why := event.Reason(h.Reason + ": needs --override")
		if now := operator.DetailOf(h).Now; now != "" {
			why = event.Reason("still " + now)
		}
		p.Left = append(p.Left, operator.Skipped{Event: h.ID, Action: h.Endpoint, Why: why})
		return
	}
	*taken = append(*taken, h)
	if len(p.Items) < operator.SampleSize {
		p.Items = append(p.Items, operator.Item{Event: h.ID, Action: h.Endpoint, Reason: fmt.Sprintf("%s, livemode %t, account %q", f.Type, f.Livemode, f.Account), Since: h.Received})
	}
	if needs {
		words = append(words, "--override")
	}
	p.addCommand(r.console.Command(append(words, "--yes")...))
}

// whose is the word for one or for several.
func whose(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// mostCommands is how many lines a dialog shows where each does a part.
const mostCommands = 20

func (p *proposal) addCommand(line string) {
	if len(p.Command) < mostCommands {
		p.Command = append(p.Command, line)
	}
}

// proposeForget is the dialog that deletes quarantined requests.
func proposeForget(r *Request, q url.Values) (*proposal, error) {
	all, one, err := r.held(q)
	if err != nil {
		return nil, err
	}
	p := quarantineDialog(q, len(all), one, "/do/forget")
	p.N, p.Final, p.Verb, p.Total = len(all), true, "discarded", len(all)
	size := 0
	for _, h := range all {
		size += len(h.Body)
		if len(p.Items) < operator.SampleSize {
			p.Items = append(p.Items, operator.Item{Event: h.ID, Action: h.Endpoint, Reason: h.Reason, Since: h.Received})
		}
		p.addCommand(r.console.Command("quarantine", "discard", quoted(h.ID), "--endpoint", quoted(h.Endpoint), "--yes"))
	}
	p.Title = "Discard " + plural(p.N, "quarantined request", "quarantined requests")
	p.Heading = fmt.Sprintf("Forget %s and %s %s for good?", plural(p.N, "quarantined request", "quarantined requests"), whose(p.N, "its", "their"), plural(size, "byte", "bytes"))
	p.Says = []string{"No event is made of " + whose(p.N, "it", "them") + ". What Stripe still lists, payhooks backfill can store later."}
	p.Buttons = []button{{Label: "Discard " + plural(p.N, "request", "requests"), Danger: true}}
	p.do = func(ctx context.Context, pace operator.Pace) (report, error) {
		return eachHeld(ctx, pace, all, r.console.Operator.DiscardQuarantined)
	}
	p.Done = func(report) string { return fmt.Sprintf("%s is discarded.", all[0].ID) }
	return p, nil
}

// eachHeld does one request after the other. Of several, one that fails is left, with its
// reason.
func eachHeld(ctx context.Context, pace operator.Pace, all []event.Quarantined, do func(context.Context, event.Quarantined) error) (rep report, err error) {
	for _, h := range all {
		if err := ctx.Err(); err != nil {
			return rep, err
		}
		switch err := do(context.WithoutCancel(ctx), h); {
		case err == nil:
			rep.Done++
		case len(all) == 1:
			return rep, err
		default:
			rep.Left = append(rep.Left, operator.Skipped{Event: h.ID, Action: h.Endpoint, Why: event.Reason(cli.Line(err.Error()))})
		}
		if pace.Progress != nil {
			pace.Progress(1)
		}
	}
	return rep, nil
}
