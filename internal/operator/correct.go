package operator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"github.com/payhooks/payhooks/internal/event"
)

// correct replaces a result that an operator recorded, and retries the delivery from
// there. It never replaces one that the action recorded, or one that an attempt
// committed with.
func (o *Operator) correct(ctx context.Context, d event.Delivery, r Resolution) (Resolved, error) {
	e, err := o.corrected(ctx, d, r)
	switch {
	case err != nil:
		return Resolved{}, err
	case !r.known():
		return Resolved{}, o.resultNeeded(ctx, e, r)
	}
	var failed error
	why, err := o.reopen(ctx, r.DeliveryRef, r.Stale, func() error {
		failed = o.replace(ctx, d, e, r)
		return failed
	})
	if failed != nil {
		return Resolved{}, failed
	}
	return resolved(e, r, why, err)
}

// corrected returns the effect whose result may be corrected, or why there is none.
func (o *Operator) corrected(ctx context.Context, d event.Delivery, r Resolution) (event.Effect, error) {
	none := event.Effect{}
	switch {
	case !r.Happened || d.Finished() && d.State != event.Parked && d.State != event.Unknown:
		return none, refusef("delivery of %s to %s is %s, not unknown; next step: %s", r.Event, r.Action, d.State, advice(d, false))
	case d.Committed:
		return none, refusef("delivery of %s to %s has committed its changes of state with the result that it had: it cannot be corrected", r.Event, r.Action)
	case d.Running(o.Now()):
		return none, refusef("an attempt of %s for %s is running; try again after it, see payhooks parked show %s %s", r.Event, r.Action, r.Event, r.Action)
	}
	keys := []string{r.Key}
	if r.Key == "" {
		keys = keysOf(d)
	}
	all, err := o.recordedByOperator(ctx, d, keys)
	switch {
	case err != nil:
		return none, err
	case len(all) == 0:
		return none, refusef("delivery of %s to %s is %s, not unknown, and no operator recorded %s; next step: %s", r.Event, r.Action, d.State, effectOr(r.Key), advice(d, false))
	case len(all) > 1:
		return none, refusef("operators recorded %s and %s for %s: add --effect KEY", all[0].Key, all[1].Key, r.Event)
	}
	return all[0], nil
}

func effectOr(key string) string {
	if key == "" {
		return "an effect that its last attempt used (--effect KEY names another)"
	}
	return key
}

// keysOf are the effects that the last attempt used.
func keysOf(d event.Delivery) (keys []string) {
	for _, e := range d.Effects {
		keys = append(keys, e.Key)
	}
	return keys
}

// recordedByOperator returns those of the effects that an operator recorded as done
// for this event. Others that ask for them may have used the result already.
func (o *Operator) recordedByOperator(ctx context.Context, d event.Delivery, keys []string) (all []event.Effect, err error) {
	for _, key := range keys {
		e, err := o.effect(ctx, d, key)
		switch {
		case errors.Is(err, event.ErrNotFound):
		case err != nil:
			return nil, err
		case e.State == event.EffectDone && e.ByOperator && e.Event == d.Event:
			all = append(all, e)
		}
	}
	return all, nil
}

// replace records the correction in the round that began just now. No attempt that
// began before it can commit. One that began in it may have read the result that
// was there.
func (o *Operator) replace(ctx context.Context, before event.Delivery, e event.Effect, r Resolution) error {
	d, err := o.Ledger.Delivery(ctx, r.DeliveryRef)
	if err == nil && d.Round == before.Round {
		return refusef("an attempt of %s for %s began just now; try again after it", r.Event, r.Action)
	}
	if err == nil {
		err = o.record(ctx, e, r)
	}
	if err == nil {
		d, err = o.Ledger.Delivery(ctx, r.DeliveryRef)
	}
	if err == nil && d.Attempts != before.Attempts {
		return refusef("%s is corrected, but an attempt that began just now may have used the result before: see payhooks events show %s", e.Key, r.Event)
	}
	return err
}

// same reports whether two JSON texts are the same but for white space.
func same(a, b json.RawMessage) bool {
	var left, right bytes.Buffer
	return json.Compact(&left, a) == nil && json.Compact(&right, b) == nil && bytes.Equal(left.Bytes(), right.Bytes())
}

// correctable names an effect of the delivery whose result can be corrected; empty if
// there is none.
func (o *Operator) correctable(ctx context.Context, d event.Delivery) (string, error) {
	if d.State != event.Parked || d.Committed {
		return "", nil
	}
	all, err := o.recordedByOperator(ctx, d, keysOf(d))
	if len(all) == 0 {
		return "", err
	}
	return all[0].Key, nil
}
