package operator

import (
	"context"
	"errors"

	"github.com/payhooks/payhooks/internal/event"
)

// Resolutions is one answer for many unknown deliveries. Those whose effect happened
// continue without a result.
type Resolutions struct {
	Deliveries
	Happened bool
	Stale    bool // mails are sent also if they are too old
}

// ResolvePlan is an answer that is not recorded yet.
type ResolvePlan struct {
	Resolutions
	Selected []event.Delivery // the oldest first
	// Unreadable is why the selection may be incomplete, or nil.
	Unreadable error

	o *Operator
}

// PlanResolve selects unknown deliveries and changes nothing; see PlanRetry.
func (o *Operator) PlanResolve(ctx context.Context, r Resolutions) (*ResolvePlan, error) {
	ds, err := o.selected(ctx, r.Deliveries, event.Unknown)
	if err != nil && len(ds) == 0 {
		return nil, err
	}
	return &ResolvePlan{Resolutions: r, Selected: ds, Unreadable: err, o: o}, nil
}

// DryRun is the result of an answer that changes nothing.
func (p *ResolvePlan) DryRun() RetryResult { return dryRun(p.Selected) }

// Run records the answer for each selected delivery and sends it to its action. One
// that changed since it was selected, or whose effect may still be running or is
// recorded otherwise, is skipped. It ends as a retry does.
func (p *ResolvePlan) Run(ctx context.Context, pace Pace) (RetryResult, error) {
	return p.o.retryEach(ctx, pace, p.Selected, func(ctx context.Context, d event.Delivery) (event.Reason, error) {
		_, err := p.o.Resolve(ctx, Resolution{DeliveryRef: d.Ref(), Key: d.Effect, Happened: p.Happened, NoResult: p.Happened, Stale: p.Stale})
		var why refused
		if errors.As(err, &why) {
			return event.Reason(why), nil
		}
		return "", err
	})
}
