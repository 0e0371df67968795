package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Resolution is what an operator found out about the effect whose outcome an
// unknown delivery waits for.
type Resolution struct {
	event.DeliveryRef
	Happened bool
	Result   json.RawMessage // what the effect returned, if it happened; nil is null
	Stale    bool            // a mail is sent also if it is too old
}

func (r Resolution) state() event.EffectState {
	if r.Happened {
		return event.EffectDone
	}
	return event.EffectNotPerformed
}

// Resolved is the effect as it is recorded.
type Resolved struct {
	Key   string
	State event.EffectState
}

// Resolve records the outcome and sends the delivery to its action. It may be
// repeated after a failure. It is an error if the delivery is not unknown, the
// effect may still be running, or it is recorded as done already and did not
// happen.
func (o *Operator) Resolve(ctx context.Context, r Resolution) (Resolved, error) {
	d, err := o.delivery(ctx, r.DeliveryRef)
	if err != nil {
		return Resolved{}, err
	}
	if d.State != event.Unknown || d.Effect == "" {
		return Resolved{}, fmt.Errorf("delivery of %s to %s is %s, not unknown; next step: %s", r.Event, r.Action, d.State, advice(d, false))
	}
	e, err := o.unknownEffect(ctx, d)
	if errors.Is(err, event.ErrNotFound) {
		return Resolved{}, fmt.Errorf("delivery of %s to %s cannot be resolved: %s", r.Event, r.Action, advice(d, true))
	}
	if err == nil {
		err = o.resolveEffect(ctx, e, r)
	}
	if err != nil {
		return Resolved{}, err
	}
	why, err := o.Reopen(ctx, r.DeliveryRef, r.Stale)
	if err == nil && why != "" {
		err = fmt.Errorf("%s is recorded as %s, but not sent to %s: %s", e.Key, r.state(), r.Action, why)
	}
	return Resolved{e.Key, r.state()}, err
}

// unknownEffect returns the effect that the delivery waits for. It is of the
// event's scope; ErrNotFound if the event was deleted.
func (o *Operator) unknownEffect(ctx context.Context, d event.Delivery) (event.Effect, error) {
	s, err := o.Store.Get(ctx, d.Event)
	if err != nil {
		return event.Effect{}, err
	}
	return o.Ledger.Effect(ctx, event.EffectRef{Action: d.Action, Scope: s.Scope, Key: d.Effect})
}

func (o *Operator) resolveEffect(ctx context.Context, e event.Effect, r Resolution) error {
	now := o.Now()
	switch {
	case e.State == r.state():
		return nil // a repeat
	case e.State == event.EffectDone:
		return fmt.Errorf("%s is already recorded as done; only --happened is possible", e.Key)
	case e.State == event.EffectIntended && e.Lease.After(now):
		return fmt.Errorf("%s may still be running; try again after %s", e.Key, e.Lease.Format(time.TimeOnly))
	}
	e.State, e.Updated, e.Result, e.Error = r.state(), now, nil, "recorded by an operator"
	if r.Happened {
		e.Error = ""
		if e.Result = r.Result; e.Result == nil {
			e.Result = json.RawMessage("null")
		}
	}
	err := o.Ledger.Resolve(ctx, e)
	if errors.Is(err, event.ErrFenced) {
		return fmt.Errorf("%s changed just now; run payhooks parked show again", e.Key)
	}
	return err
}
