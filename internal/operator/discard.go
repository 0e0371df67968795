package operator

import (
	"context"
	"errors"
	"sync"

	"github.com/payhooks/payhooks/internal/event"
)

// Discard ends parked and unknown deliveries for good, and a waiting one that
// both event and action name.
type Discard struct {
	Deliveries
	By string // who decided, and why; kept with the delivery
}

// DiscardPlan is a discard that has not begun.
type DiscardPlan struct {
	Discard
	Selected []event.Delivery // the oldest first
	// Unreadable is why the selection may be incomplete, or nil.
	Unreadable error

	o *Operator
}

// DiscardResult is the result of a discard, or of its dry run.
type DiscardResult struct {
	Selected  int       `json:"selected"`
	Discarded int       `json:"discarded"`
	Skipped   []Skipped `json:"skipped,omitempty"`
	Sample    []Item    `json:"sample,omitempty"` // of a dry run
}

// PlanDiscard selects deliveries and changes nothing; see PlanRetry.
func (o *Operator) PlanDiscard(ctx context.Context, d Discard) (*DiscardPlan, error) {
	states := []event.State{event.Parked, event.Unknown}
	if d.one() {
		states = append(states, event.Waiting)
	}
	ds, err := o.selected(ctx, d.Deliveries, states...)
	if err != nil && len(ds) == 0 {
		return nil, err
	}
	return &DiscardPlan{Discard: d, Selected: ds, Unreadable: err, o: o}, nil
}

// DryRun is the result of a discard that changes nothing.
func (p *DiscardPlan) DryRun() DiscardResult {
	return DiscardResult{Selected: len(p.Selected), Sample: itemsOf(p.Selected[:min(SampleSize, len(p.Selected))])}
}

// Narrower reports whether only some of the selected failed as the text says: given as
// why they are discarded, it was meant to select.
func (p *DiscardPlan) Narrower(text string) bool {
	n := 0
	for _, d := range p.Selected {
		if saysSo(d.Error, text) {
			n++
		}
	}
	return n > 0 && n < len(p.Selected)
}

// Run ends each selected delivery. One that is done or running by now is
// skipped. When ctx ends it stops with ctx's error; a new plan selects what is left.
// The result counts what was done also with any error.
func (p *DiscardPlan) Run(ctx context.Context, pace Pace) (DiscardResult, error) {
	var mu sync.Mutex
	r := DiscardResult{Selected: len(p.Selected)}
	_, err := p.o.each(ctx, pace, len(p.Selected), func(ctx context.Context, i int) error {
		d := p.Selected[i]
		err := p.o.Ledger.Discard(ctx, d.Ref(), p.o.Now(), p.By)
		mu.Lock()
		defer mu.Unlock()
		switch {
		case errors.Is(err, event.ErrNotFound):
			r.Skipped = append(r.Skipped, Skipped{d.Event, d.Action, ReasonRunning})
		case err != nil:
			return err
		default:
			r.Discarded++
		}
		return nil
	})
	return r, err
}
