package operator

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
)

// Deliveries selects deliveries: one, all of an event, all of an action, or
// with neither every one.
type Deliveries struct {
	Event, Action string
	Reason        string // of those only what failed so: a reason, masked by ReasonGroup, or a part of it
	// Groups selects of those only what is in one of the groups; empty is all.
	Groups []GroupName
}

func (f Deliveries) one() bool { return f.Event != "" && f.Action != "" }

func (f Deliveries) matches(ref event.DeliveryRef) bool {
	return (f.Event == "" || ref.Event == f.Event) && (f.Action == "" || ref.Action == f.Action)
}

// Selects reports whether an item is one of the selected deliveries.
func (f Deliveries) Selects(i Item) bool {
	return f.matches(event.DeliveryRef{Action: i.Action, Event: i.Event}) && saysSo(i.Reason, f.Reason) &&
		(len(f.Groups) == 0 || slices.Contains(f.Groups, GroupOf(i)))
}

// selected returns the selected deliveries in the states. Those that can be
// read are returned also with any error. One that is named must be in one of them.
func (o *Operator) selected(ctx context.Context, f Deliveries, states ...event.State) ([]event.Delivery, error) {
	if f.one() {
		d, err := o.delivery(ctx, event.DeliveryRef{Action: f.Action, Event: f.Event})
		if err != nil {
			return nil, err
		}
		if !slices.Contains(states, d.State) {
			return nil, fmt.Errorf("delivery of %s to %s is %s, not %s; next step: %s", f.Event, f.Action, d.State, states[0], advice(d, false))
		}
		return []event.Delivery{d}, nil
	}
	ds, err := o.unfinished(ctx, f, states...)
	if len(ds) == 0 && err == nil {
		err = o.known(ctx, f)
	}
	return slices.DeleteFunc(ds, func(d event.Delivery) bool { return !f.Selects(itemOf(d)) }), err
}

// known refuses the name of an event or action that does not exist: that none
// of it is parked would be mistaken for good news. What is parked of one that
// was deleted is found before this is asked.
func (o *Operator) known(ctx context.Context, f Deliveries) error {
	if f.Event == "" {
		return o.knownAction(ctx, f.Action)
	}
	_, err := o.load(ctx, f.Event)
	if errors.Is(err, event.ErrNotFound) {
		return o.notStored(ctx, f.Event)
	}
	return err
}

// delivery returns the record, or an error that names what there is.
func (o *Operator) delivery(ctx context.Context, ref event.DeliveryRef) (event.Delivery, error) {
	d, err := o.Ledger.Delivery(ctx, ref)
	if !errors.Is(err, event.ErrNotFound) {
		return d, err
	}
	if _, err := o.Store.Get(ctx, ref.Event); errors.Is(err, event.ErrNotFound) {
		return d, o.notStored(ctx, ref.Event)
	}
	return d, fmt.Errorf("event %s has no delivery to %s; payhooks events show %s lists those that it has", ref.Event, ref.Action, ref.Event)
}
