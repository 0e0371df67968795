package console

import (
	"context"
	"fmt"
	"net/url"

	"github.com/payhooks/payhooks/internal/operator"
)

// proposeRedrive is the dialog over dead letters of an action or function, or of all.
func proposeRedrive(r *Request, q url.Values) (*proposal, error) {
	rate, err := rateOf(q)
	if err != nil {
		return nil, err
	}
	name := q.Get("name")
	plan, err := r.console.Operator.PlanRedrive(r.Context(), name)
	if err != nil {
		return nil, err
	}
	dry, err := plan.DryRun(r.Context())
	if err != nil {
		return nil, err
	}
	p := &proposal{N: dry.Selected, Of: dry.Selected, Items: dry.Sample, Counted: "are dead letters", Hidden: kept(q, "name")}
	of := ""
	if name != "" {
		of = " of " + name
	}
	back := address("/attention", url.Values{"state": {stateDead}})
	p.task = task{Verb: "sent", One: "dead letter", Many: "dead letters", Still: "left", Total: p.N, Rate: rate, Back: back, Same: address("/do/redrive", url.Values{"name": {name}})}
	p.Title = fmt.Sprintf("Redrive %s%s", plural(p.N, "dead letter", "dead letters"), of)
	p.Heading = p.Title + "?"
	p.Says = []string{"They are sent to their action’s queue again. One that was sent twice has no second effect: the ledger records what is done. Those of dispatch, reconcile and the buses are deleted: a sweep does their work."}
	p.Command = []string{r.console.Command(append([]string{"deadletters redrive"}, append(append(flagOf("action", name), rateFlag(rate)...), "--yes")...)...)}
	p.Buttons = []button{{Label: "Redrive " + plural(p.N, "dead letter", "dead letters"), First: true}}
	p.do = func(ctx context.Context, pace operator.Pace) (report, error) {
		res, err := plan.Run(ctx, pace)
		rep := report{Done: res.Sent}
		if res.Removed > 0 {
			rep.Other = append(rep.Other, count(res.Removed)+" deleted: a sweep does their work.")
		}
		if res.Unreadable > 0 {
			rep.Other = append(rep.Other, plural(res.Unreadable, "unreadable message is", "unreadable messages are")+" left: look at them in the queue itself.")
		}
		return rep, err
	}
	return p, nil
}
