package console

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// staleOption lets actions send what is too old.
func staleOption(q url.Values) option {
	return option{Name: "stale", Label: "Send also mails that come too late (--stale)", On: q.Get("stale") != ""}
}

func staleFlag(q url.Values) []string {
	if q.Get("stale") == "" {
		return nil
	}
	return []string{"--stale"}
}

// proposeRetry is the dialog over parked deliveries.
func proposeRetry(r *Request, q url.Values) (*proposal, error) {
	s, err := r.selectionOf(q)
	if err != nil {
		return nil, err
	}
	rate, err := rateOf(q)
	if err != nil {
		return nil, err
	}
	plan, err := r.console.Operator.PlanRetry(r.Context(), operator.Retry{Deliveries: s.Deliveries, Stale: q.Get("stale") != ""})
	if err != nil {
		return nil, err
	}
	p := &proposal{Of: len(plan.Selected), Counted: "are parked", Hidden: s.query, Options: []option{staleOption(q)}, Once: s.one(), After: s.back()}
	left, unreadable := plan.LeftOut(r.Context())
	p.leave(plan, left)
	p.task = p.deliveries(s, "/do/retry", "sent", "still parked", rate)
	p.Before = left
	p.Heading = fmt.Sprintf("Retry %s%s?", plural(p.Of, "parked delivery", "parked deliveries"), s.of())
	p.Title = fmt.Sprintf("Retry %s%s", plural(p.N, "delivery", "deliveries"), s.of())
	p.Says = retrySays(p.N, s)
	p.unreadable(plan.Unreadable, unreadable)
	p.does(r.commands(s, "retry", "reason", slices.Concat(staleFlag(q), rateFlag(rate), []string{"--yes"}), string(event.Parked)))
	p.Buttons = []button{{Label: "Retry " + plural(p.N, "delivery", "deliveries"), First: true}}
	p.do = func(ctx context.Context, pace operator.Pace) (report, error) {
		res, err := plan.Run(ctx, pace)
		return report{Done: res.Sent, Left: res.Skipped}, err
	}
	p.Done = func(rep report) string { return sentence(doneOne(rep, "the delivery to "+s.Action+" is tried again")) }
	return p, nil
}

// deliveries is the task of a bulk change of deliveries.
func (p *proposal) deliveries(s selection, path, verb, still string, rate float64) task {
	return task{Verb: verb, One: "delivery", Many: "deliveries", Still: still, Total: p.N, Rate: rate, Back: s.back(), Same: address(path, s.query)}
}

// does adds the command lines that do the same, and what is to be known of them.
func (p *proposal) does(lines, notes []string) {
	p.Command, p.Says = append(p.Command, lines...), append(p.Says, notes...)
}

// leave takes what is left out of the plan, so that what runs is what is counted.
func (p *proposal) leave(plan *operator.RetryPlan, left []operator.Skipped) {
	out := map[event.DeliveryRef]bool{}
	for _, l := range left {
		out[event.DeliveryRef{Action: l.Action, Event: l.Event}] = true
	}
	kept := plan.Selected[:0:0]
	for _, d := range plan.Selected {
		if !out[d.Ref()] {
			kept = append(kept, d)
		}
	}
	plan.Selected, p.Left, p.N = kept, left, len(kept)
	p.Items = plan.DryRun().Sample
}

func retrySays(n int, s selection) (all []string) {
	if n > 0 {
		text := "They are sent to their action again; their retry schedule restarts, and their attempts and history stay."
		if n == 1 {
			text = "It is sent to its action again; its retry schedule restarts, and its attempts and history stay."
		}
		all = append(all, text+" What is done stays done: an effect that is recorded is not repeated.")
	}
	return append(all, s.others(string(event.Parked))...)
}

// unreadable says that the selection may have more.
func (p *proposal) unreadable(errs ...error) {
	for _, err := range errs {
		if err != nil {
			p.Says = append(p.Says, sentence(err.Error())+" All others are counted.")
		}
	}
}

// doneOne is what was done, or why not.
func doneOne(rep report, done string) string {
	if len(rep.Left) > 0 {
		return "it was left: " + string(rep.Left[0].Why)
	}
	return done
}
