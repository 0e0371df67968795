package operator

import (
	"context"
	"errors"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Explanation is why a delivery is as it is, and what to do.
type Explanation struct {
	Item
	Type    string        `json:"type,omitempty"`
	First   time.Time     `json:"first"`              // when its first attempt began
	Unknown *EffectDetail `json:"in_doubt,omitempty"` // the effect whose outcome is unknown
	Advice  string        `json:"advice"`
	// History has the last ten attempts that failed, those before a retry too.
	History []event.Attempt `json:"history"`
}

// EffectDetail is one effect.
type EffectDetail struct {
	Key   string            `json:"key"`
	State event.EffectState `json:"state"`
	Since time.Time         `json:"since"`
	Error string            `json:"error,omitempty"`
	Until time.Time         `json:"until,omitzero"` // it may still be running before then, and cannot be resolved
}

// Explain returns the next step for any delivery that has a record. An event or
// delivery that does not exist is an error that names what there is.
func (o *Operator) Explain(ctx context.Context, ref event.DeliveryRef) (*Explanation, error) {
	d, err := o.delivery(ctx, ref)
	if err != nil {
		return nil, err
	}
	x := &Explanation{Item: itemOf(d), First: d.First, History: append([]event.Attempt{}, d.History...)}
	s, err := o.Store.Get(ctx, ref.Event)
	if err != nil && !errors.Is(err, event.ErrNotFound) {
		return nil, err
	}
	x.Type, x.Advice = s.Type, advice(d, err != nil || s.Expired(o.Now()))
	if err != nil {
		return x, nil
	}
	return x, o.explainEffects(ctx, x, d)
}

// explainEffects adds the effect whose outcome is unknown, and how to correct the
// result that an operator recorded for another.
func (o *Operator) explainEffects(ctx context.Context, x *Explanation, d event.Delivery) error {
	if d.Effect != "" {
		e, err := o.unknownEffect(ctx, d)
		if err != nil {
			return err
		}
		x.Unknown = &EffectDetail{Key: e.Key, State: e.State, Since: e.Updated, Error: e.Error}
		if e.State == event.EffectIntended && e.Lease.After(o.Now()) {
			x.Unknown.Until = e.Lease
		}
	}
	key, err := o.correctable(ctx, d)
	if key != "" {
		x.Advice += "; if the result that an operator recorded for " + key + " is wrong: payhooks parked resolve " +
			d.Event + " " + d.Action + " --effect " + key + " --happened --result JSON"
	}
	return err
}

// advice is an operator's next step.
func advice(d event.Delivery, expired bool) string {
	name := d.Event + " " + d.Action
	replay := "payhooks replay " + d.Event + " --action " + d.Action + " --yes"
	switch {
	case d.State == event.Discarded:
		return "none: it was discarded by " + d.By
	case expired:
		return "none: the event has expired; payhooks parked discard " + name + " --yes takes it off the list"
	case d.State == event.Parked:
		return "fix the cause, then run payhooks parked retry " + name + " --yes"
	case d.State == event.Unknown:
		return "find out whether " + d.Effect + " happened, where it would have; then run payhooks parked resolve " + name +
			" --happened --result JSON with what it returned (--no-result if the action uses nothing of it), or --did-not-happen"
	case d.State == event.Waiting:
		return "none; the next attempt is at " + d.Next.UTC().Format(time.DateTime) + "; " + replay + " makes it now"
	case d.Withheld:
		return "none; " + replay + " --again retries it"
	}
	return "none: it is done"
}
