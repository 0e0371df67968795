package console

import (
	"context"
	"fmt"
	"net/url"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// proposeDiscard is the dialog that ends deliveries for good.
func proposeDiscard(r *Request, q url.Values) (*proposal, error) {
	s, err := r.selectionOf(q)
	if err != nil {
		return nil, err
	}
	why := q.Get("why")
	plan, err := r.console.Operator.PlanDiscard(r.Context(), operator.Discard{Deliveries: s.Deliveries, By: cli.DecidedBy(why)})
	if err != nil {
		return nil, err
	}
	dry := plan.DryRun()
	p := &proposal{
		N: dry.Selected, Of: dry.Selected, Items: dry.Sample, Counted: "are parked or unknown", Hidden: s.query,
		Final: true, Ask: true, Why: why, Once: s.one(), After: s.back(),
	}
	p.task = p.deliveries(s, "/do/discard", "discarded", "still parked or unknown", 0)
	p.Title = fmt.Sprintf("Discard %s%s", plural(p.N, "delivery", "deliveries"), s.of())
	p.Heading = p.Title + " for good?"
	switch {
	case p.N == 1:
		p.Says = []string{"Nothing more happens for it: neither a retry nor a replay runs it again. Who decided, and why, stays with it."}
	case p.N > 1:
		p.Says = []string{"Nothing more happens for them: neither a retry nor a replay runs them again. Who decided, and why, stays with each."}
	}
	states := []string{string(event.Parked), string(event.Unknown)}
	p.Says = append(p.Says, s.others(states...)...)
	p.unreadable(plan.Unreadable)
	p.does(r.commands(s, "discard", "failed", append(flagOf("reason", why), "--yes"), states...))
	p.Buttons = []button{{Label: "Discard " + plural(p.N, "delivery", "deliveries"), Danger: true}}
	p.do = func(ctx context.Context, pace operator.Pace) (report, error) {
		res, err := plan.Run(ctx, pace)
		return report{Done: res.Discarded, Left: res.Skipped}, err
	}
	p.Done = func(rep report) string { return sentence(doneOne(rep, "the delivery to "+s.Action+" is discarded")) }
	return p, nil
}
