package operator

import (
	"context"
	"errors"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
)

// send makes the event's deliveries due that have anything left to do, and
// sends each to its action.
func (r *replay) send(ctx context.Context, id string) error {
	s, err := r.load(ctx, id)
	if errors.Is(err, event.ErrErased) {
		r.skip(ReasonErased)
		return nil
	}
	if errors.Is(err, event.ErrNotFound) || err == nil && s.Expired(r.Now()) {
		r.skip(ReasonExpired)
		return nil
	}
	if err != nil {
		return err
	}
	if s.Unfetched() {
		if s, err = r.fetch(ctx, s); err != nil || s.ID == "" {
			return err
		}
	}
	due, err := r.makeDue(ctx, s)
	if err != nil {
		return err
	}
	if len(due) == 0 {
		r.skip(ReasonNothing)
		return nil
	}
	if err := r.redeliver(ctx, s.Facts, due...); err != nil {
		return err
	}
	r.count(func(res *ReplayResult) { res.Sent++ })
	return nil
}

// makeDue returns the actions whose delivery of the event is due now. The ledger
// has it first: what the bus loses the sweep sends.
func (r *replay) makeDue(ctx context.Context, s event.Stored) (due []string, err error) {
	actions, err := r.takers(ctx, s, r.Action)
	if err != nil {
		return nil, err
	}
	if r.Action == event.Fetch {
		return nil, nil // it has nothing to do for what is fetched
	}
	past := pastOf(s, actions, r.rules)
	ds, err := r.Ledger.Deliveries(ctx, refs(s.ID, actions, past.gone))
	if err != nil {
		return nil, err
	}
	r.count(func(res *ReplayResult) { res.Checked += len(actions) })
	actions = slices.DeleteFunc(actions, func(action string) bool { return r.doneAlready(action, past, ds) })
	if err := r.subscribe(ctx, s, actions); err != nil {
		return nil, err
	}
	for _, action := range actions {
		ok, err := r.reopenDelivery(ctx, s, recordOf(ds, event.DeliveryRef{Action: action, Event: s.ID}))
		if err != nil {
			return nil, err
		}
		if ok {
			due = append(due, action)
			r.follow(event.DeliveryRef{Action: action, Event: s.ID})
		}
	}
	return due, nil
}

// recordOf is the delivery's record; one that has no state where there is none.
func recordOf(ds []event.Delivery, ref event.DeliveryRef) event.Delivery {
	if i := slices.IndexFunc(ds, func(d event.Delivery) bool { return d.Ref() == ref }); i >= 0 {
		return ds[i]
	}
	return event.Delivery{Action: ref.Action, Event: ref.Event}
}

// subscribe records actions whose rule is newer than the event, so that lists
// and audits include them. What is pending dispatch records.
func (r *replay) subscribe(ctx context.Context, s event.Stored, actions []string) error {
	newer := slices.ContainsFunc(actions, func(action string) bool { return !slices.Contains(s.Subscribers, action) })
	if s.Pending || !newer {
		return nil
	}
	return r.Store.MarkPublished(ctx, s.ID, actions)
}

// reopenDelivery makes one delivery due and reports whether it is. What waits for its
// next attempt, whatever for, is due at once.
func (r *replay) reopenDelivery(ctx context.Context, s event.Stored, d event.Delivery) (due bool, err error) {
	now := r.Now()
	switch {
	case d.State == "":
		err := r.Ledger.Ensure(ctx, event.Ensured{DeliveryRef: d.Ref(), Now: now, Expires: event.DeliveryExpiry(s.Expires, now)})
		if err != nil || !r.Stale {
			return err == nil, err
		}
	case d.State == event.Unknown:
		r.count(func(res *ReplayResult) { res.Unknown++ })
		return false, nil
	case d.State == event.Discarded, d.State == event.Done && (!d.Withheld || !r.Again && !r.Stale):
		r.leave(finished(d))
		return false, nil
	case d.Running(now) && !r.Stale:
		r.leave(ReasonRuns)
		r.follow(d.Ref())
		return false, nil
	case d.Ensured && !r.Stale:
		return true, nil // no attempt began yet
	}
	err = r.newRound(ctx, d.Ref(), r.Stale)
	if errors.Is(err, event.ErrNotFound) {
		r.leave(ReasonRunning)
		return false, nil
	}
	return err == nil, err
}

// finished is why a delivery stays as it is.
func finished(d event.Delivery) event.Reason {
	switch {
	case d.State == event.Discarded:
		return "discarded"
	case d.Withheld:
		return ReasonWithheld
	}
	return "done"
}
