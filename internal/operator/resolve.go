package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Resolution is what an operator found out about an effect: the one whose outcome an
// unknown delivery waits for, or one that an operator recorded with a wrong result.
type Resolution struct {
	event.DeliveryRef
	Key      string // of the effect; empty is the only one that it can be
	Happened bool
	Result   json.RawMessage // what the effect returned, if it happened
	NoResult bool            // it happened, and the action uses nothing that it returned
	Stale    bool            // a mail is sent also if it is too old
}

func (r Resolution) state() event.EffectState {
	if r.Happened {
		return event.EffectDone
	}
	return event.EffectNotPerformed
}

// result is what is recorded: null for an effect without a result.
func (r Resolution) result() json.RawMessage {
	if r.Happened && r.Result == nil {
		return event.NoResult
	}
	return r.Result
}

// known reports whether there is a result to record, or none is needed.
func (r Resolution) known() bool { return !r.Happened || r.Result != nil || r.NoResult }

// Resolved is the effect as it is recorded.
type Resolved struct {
	Key   string
	State event.EffectState
}

// refused is why an effect stays as it is: another answer or another time may do.
type refused string

func (r refused) Error() string { return string(r) }

func refusef(format string, args ...any) error { return refused(fmt.Sprintf(format, args...)) }

// Resolve records the outcome and sends the delivery to its action. It may be
// repeated after a failure. It is an error if the delivery is not unknown and has no
// result to correct, the effect may still be running, or it is recorded as done
// already and did not happen; a *ResultNeededError if it happened and nothing says
// with which result.
func (o *Operator) Resolve(ctx context.Context, r Resolution) (Resolved, error) {
	d, err := o.delivery(ctx, r.DeliveryRef)
	if err != nil {
		return Resolved{}, err
	}
	if d.State != event.Unknown || d.Effect == "" || r.Key != "" && r.Key != d.Effect {
		return o.correct(ctx, d, r)
	}
	e, err := o.unknownEffect(ctx, d)
	if errors.Is(err, event.ErrNotFound) {
		return Resolved{}, refusef("delivery of %s to %s cannot be resolved: %s", r.Event, r.Action, advice(d, true))
	}
	if err == nil {
		err = o.resolveEffect(ctx, e, r)
	}
	if err != nil {
		return Resolved{}, err
	}
	why, err := o.Reopen(ctx, r.DeliveryRef, r.Stale)
	return resolved(e, r, why, err)
}

// resolved is the effect as it is recorded, with an error if the action does not get it.
func resolved(e event.Effect, r Resolution, why event.Reason, err error) (Resolved, error) {
	if err == nil && why != "" {
		err = refusef("%s is recorded as %s, but not sent to %s: %s", e.Key, r.state(), r.Action, why)
	}
	return Resolved{e.Key, r.state()}, err
}

// unknownEffect returns the effect that the delivery waits for; ErrNotFound if the
// event was deleted.
func (o *Operator) unknownEffect(ctx context.Context, d event.Delivery) (event.Effect, error) {
	return o.effect(ctx, d, d.Effect)
}

// effect returns one effect of the delivery. It is of the event's scope.
func (o *Operator) effect(ctx context.Context, d event.Delivery, key string) (event.Effect, error) {
	s, err := o.Store.Get(ctx, d.Event)
	if err != nil {
		return event.Effect{}, err
	}
	return o.Ledger.Effect(ctx, event.EffectRef{Action: d.Action, Scope: s.Scope, Key: key})
}

func (o *Operator) resolveEffect(ctx context.Context, e event.Effect, r Resolution) error {
	given := r.Result != nil
	switch {
	case e.State == r.state() && (!given || same(e.Result, r.Result)):
		return nil // a repeat
	case e.State == event.EffectDone && !r.Happened:
		return refusef("%s is already recorded as done; only --happened is possible", e.Key)
	case e.State == event.EffectDone && !e.ByOperator:
		return refusef("%s is already recorded as done, with the result that the action got; use --happened --no-result to continue with that", e.Key)
	case e.State == event.EffectIntended && e.Lease.After(o.Now()):
		return refusef("%s may still be running; try again after %s", e.Key, e.Lease.UTC().Format(time.DateTime))
	case !r.known():
		return o.resultNeeded(ctx, e, r)
	}
	return o.record(ctx, e, r)
}

// record writes what the operator found out.
func (o *Operator) record(ctx context.Context, e event.Effect, r Resolution) error {
	e.State, e.Updated, e.Result, e.Error, e.ByOperator = r.state(), o.Now(), r.result(), "recorded by an operator", true
	if r.Happened {
		e.Error = ""
	}
	err := o.Ledger.Resolve(ctx, e)
	if errors.Is(err, event.ErrFenced) {
		return refusef("%s changed just now; run payhooks parked show %s %s", e.Key, r.Event, r.Action)
	}
	return err
}
