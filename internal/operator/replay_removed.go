package operator

import (
	"context"
	"fmt"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// past is what actions that have no rule any more may have done for an event, and
// which actions are newer than it: each may be one of those under another name.
// Nothing records a new name, so a person has to say it.
type past struct{ gone, newer []string }

// pastOf is the past of an event that the actions are sent; rules are the names of all
// actions that have one. It is empty if either of its sides is.
func pastOf(s event.Stored, actions, rules []string) (p past) {
	for _, name := range s.Subscribers {
		if name != event.Fetch && !slices.Contains(rules, name) {
			p.gone = append(p.gone, name)
		}
	}
	for _, name := range actions {
		if !slices.Contains(s.Subscribers, name) {
			p.newer = append(p.newer, name)
		}
	}
	if len(p.gone) == 0 || len(p.newer) == 0 {
		return past{}
	}
	return p
}

// doneAs is the first of the old actions that did something for the event, or may have;
// empty if none did, or the action has a record and is past that question.
func (p past) doneAs(action string, ds []event.Delivery) string {
	if !slices.Contains(p.newer, action) {
		return ""
	}
	for _, d := range ds {
		if d.Action == action {
			return ""
		}
	}
	for _, d := range ds {
		if slices.Contains(p.gone, d.Action) && didSomething(d) {
			return d.Action
		}
	}
	return ""
}

// didSomething: it changed state or had an effect, or may have.
func didSomething(d event.Delivery) bool {
	switch {
	case d.Committed, d.State == event.Unknown:
		return true
	case slices.ContainsFunc(d.Effects, func(e event.EffectOutcome) bool {
		return e.State == string(event.EffectDone) || e.State == string(event.EffectUnknown)
	}):
		return true
	}
	return d.State == event.Done && !d.Withheld && d.Outcome != reconcile.ActionRemoved && d.Outcome != reconcile.TypeRemoved
}

// doneAlready reports whether the action is not to be sent the event, because one that
// was removed did for it what there was to do.
func (r *replay) doneAlready(action string, p past, ds []event.Delivery) bool {
	old := p.doneAs(action, ds)
	switch {
	case old == "" || r.Repeat:
		return false
	case slices.Contains(r.DoneAs, old):
		r.leave(event.Reason("done as " + old))
	default:
		r.leave(event.Reason("done by " + old + ", which has no rule any more"))
	}
	return true
}

// doneByRemoved counts what the actions did that have no rule any more. It reads the
// records of those events alone that such an action subscribed to.
func (p *ReplayPlan) doneByRemoved(ctx context.Context) error {
	for _, name := range p.DoneAs {
		if slices.Contains(p.rules, name) {
			return fmt.Errorf("action %q has a rule: only one that was removed can have another name now", name)
		}
	}
	byPast := slices.DeleteFunc(slices.Clone(p.Selected), func(e SelectedEvent) bool { return len(e.past.gone) == 0 })
	counts, err := parallel.Map(ctx, readers, byPast, func(ctx context.Context, e SelectedEvent) (names []string, err error) {
		ds, err := p.o.Ledger.Deliveries(ctx, refs(e.ID, e.past.gone, e.past.newer))
		for _, action := range e.past.newer {
			if old := e.past.doneAs(action, ds); old != "" {
				names = append(names, old)
			}
		}
		return names, err
	})
	for _, name := range slices.Concat(counts...) {
		p.Done = addOne(p.Done, name)
	}
	return err
}

// Undecided are the actions without a rule whose work the replay would have others do
// again, unless it is told whether to.
func (p *ReplayPlan) Undecided() (names []string) {
	for name := range p.Done {
		if !p.Repeat && !slices.Contains(p.DoneAs, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
