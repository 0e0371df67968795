package operator

import (
	"context"
	"time"
)

// SweepResult is what a run of all sweeps did, by name: checked, sent, overdue,
// held, ended, published, unrecorded, listed, stored, quarantined, young, calls,
// gaps, denied, and what the sweeps that a stack adds count.
type SweepResult map[string]int

// Reconcile runs all sweeps now, in the stack's own function, which has the key
// and the rights. Events that are younger than minAge are left to Stripe's own
// delivery.
func (o *Operator) Reconcile(ctx context.Context, minAge time.Duration) (r SweepResult, err error) {
	err = o.Functions.Invoke(ctx, "reconcile", map[string]any{"now": true, "min_age": int(minAge / time.Second)}, &r)
	return r, err
}
