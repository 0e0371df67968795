package status

import (
	"context"
	"errors"
	"fmt"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

// readReasons finds the commonest error of each group: one request for each.
func (r *reading) readReasons(ctx context.Context) error {
	var all []group
	for g := range r.tallies {
		if g.state != event.Discarded {
			all = append(all, g)
		}
	}
	err := parallel.Each(ctx, readers, all, func(ctx context.Context, g group) error {
		var refs []event.DeliveryRef
		for _, d := range r.tallies[g].newest {
			refs = append(refs, d.DeliveryRef)
		}
		ds, err := r.Ledger.Deliveries(ctx, refs)
		if err != nil && !errors.Is(err, event.ErrInvalid) { // one that cannot be read is named by payhooks parked
			return err
		}
		why := commonest(ds, g.state)
		r.locked(func() { r.reasons[g] = why })
		return nil
	})
	if err != nil {
		return fmt.Errorf("read why deliveries wait: %w", err)
	}
	return nil
}

// commonest is the error that most of the deliveries have, of several the first.
func commonest(ds []event.Delivery, s event.State) (why string) {
	count := map[string]int{}
	for _, d := range ds {
		if d.State == s && d.Error != "" {
			count[d.Error]++
		}
	}
	for _, d := range ds {
		if count[d.Error] > count[why] {
			why = d.Error
		}
	}
	return why
}

// reason of an action's row.
func (r *reading) reason(a Action) string {
	parked, unknown := r.reasons[group{a.Action, event.Parked}], r.reasons[group{a.Action, event.Unknown}]
	switch {
	case a.Unknown > a.Parked && unknown != "":
		return unknown
	case parked != "":
		return parked
	case unknown != "":
		return unknown
	}
	return r.reasons[group{a.Action, event.Waiting}]
}
