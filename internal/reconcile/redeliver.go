package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

// visit redelivers what is due, and returns how many entries it has done: fewer when the
// time is over. What an action cannot take is not even read.
func (d *Due) visit(ctx context.Context, due []event.Due) (done int, err error) {
	for done < len(due) {
		if done > 0 && !d.run.Time() {
			break
		}
		var refs []event.DeliveryRef
		next := done
		for ; next < len(due) && len(refs) < batch; next++ {
			if d.takes(ctx, due[next]) {
				refs = append(refs, due[next].DeliveryRef)
			}
		}
		if err := d.handle(ctx, refs); err != nil {
			return done, err
		}
		done = next
	}
	return done, nil
}

// takes counts an entry, and reports whether something is to be done about it.
func (d *Due) takes(ctx context.Context, e event.Due) bool {
	d.checked++
	if d.run.now().Sub(e.Next) > late {
		d.Overdue++
	}
	if d.actions.takes(ctx, e.Action) == notNow {
		d.Held++
		return false
	}
	return true
}

// handle redelivers or ends these, each as its record is now. One that fails stops no
// other.
func (d *Due) handle(ctx context.Context, refs []event.DeliveryRef) error {
	records, err := d.Ledger.Deliveries(ctx, refs)
	if err != nil && !errors.Is(err, event.ErrInvalid) {
		return fmt.Errorf("deliveries: %w", err)
	}
	d.run.Report(err)
	now := d.run.now()
	records = slices.DeleteFunc(records, func(r event.Delivery) bool {
		return r.State != event.Waiting || r.Next.After(now) || r.Running(now)
	})
	var again, gone []event.Delivery
	for _, r := range records {
		switch {
		case d.actions.takes(ctx, r.Action) == removed:
			gone = append(gone, r)
		case !r.Sent.After(now.Add(-quiet)):
			again = append(again, r)
		}
	}
	d.endAll(ctx, gone, ActionRemoved, "the action has no rule on the bus: it was removed or renamed")
	return d.redeliver(ctx, again)
}

// redeliver sends deliveries to their actions again, as far as those take more.
func (d *Due) redeliver(ctx context.Context, all []event.Delivery) error {
	var ids []string
	all = slices.DeleteFunc(all, func(r event.Delivery) bool { return !d.room(r.Action) })
	for _, r := range all {
		ids = append(ids, r.Event)
	}
	if len(all) == 0 {
		return nil
	}
	found, err := d.Store.Events(ctx, ids)
	if err != nil && !errors.Is(err, event.ErrInvalid) {
		return fmt.Errorf("events: %w", err)
	}
	all, gone := d.wanted(ctx, all, found)
	d.endAll(ctx, gone, TypeRemoved, "the action's rule does not take the event's type any more")
	var mu sync.Mutex
	var send []event.Envelope
	d.each(ctx, all, func(ctx context.Context, r event.Delivery) error {
		s, ok := found[r.Event]
		if !ok || s.Expired(d.run.now()) {
			return d.unusable(ctx, r)
		}
		ours, err := d.Ledger.ClaimRedelivery(ctx, r.Ref(), d.run.now(), quiet)
		if mu.Lock(); ours {
			send = append(send, event.Envelope{Facts: s.Facts, Only: r.Action})
		}
		mu.Unlock()
		return err
	})
	d.Sent += len(send)
	for i, err := range d.Bus.Publish(ctx, send) {
		if err != nil {
			d.run.Report(fmt.Errorf("event %s for %s: %w", send[i].ID, send[i].Only, err))
			continue
		}
		d.run.log.InfoContext(ctx, "redelivered", "event", send[i].ID, "type", send[i].Type, "action", send[i].Only)
	}
	return nil
}

// room takes one of the places in the action's queue, or counts the delivery as held.
func (d *Due) room(action string) bool {
	if d.actions.sent(action) {
		return true
	}
	d.Held++
	return false
}

// each does something for deliveries, a few at once, and reports what fails.
func (d *Due) each(ctx context.Context, all []event.Delivery, do func(context.Context, event.Delivery) error) {
	var mu sync.Mutex
	_ = parallel.Each(ctx, writers, all, func(ctx context.Context, r event.Delivery) error {
		if err := do(ctx, r); err != nil {
			mu.Lock()
			defer mu.Unlock()
			d.run.Report(fmt.Errorf("event %s for %s: %w", r.Event, r.Action, err))
		}
		return nil
	})
}

// unusable ends the delivery of an event that is gone, or that cannot be read.
func (d *Due) unusable(ctx context.Context, r event.Delivery) error {
	s, err := d.Store.Get(ctx, r.Event)
	switch {
	case errors.Is(err, event.ErrNotFound), err == nil && s.Expired(d.run.now()):
		return d.end(ctx, r, event.Parked, "the event has expired")
	case errors.Is(err, event.ErrInvalid):
		return d.end(ctx, r, event.Parked, "load event: "+err.Error())
	}
	return err // it was stored meanwhile, or nobody can say
}

// Outcomes of deliveries that no attempt began before their action, or the event's type in
// its rule, was removed: nothing was done.
const (
	ActionRemoved = "action removed"
	TypeRemoved   = "event type removed"
)

// wanted are the deliveries whose action's rule still selects their event, and those that
// it has not selected for a while: they would never arrive.
func (d *Due) wanted(ctx context.Context, all []event.Delivery, found map[string]event.Stored) (wanted, gone []event.Delivery) {
	for _, r := range all {
		s, ok := found[r.Event]
		takes := ready
		if ok && r.Action != event.Fetch {
			subscribers, err := d.Bus.Subscribers(ctx, event.Envelope{Facts: s.Facts, Only: r.Action})
			takes = d.actions.selects(r.Action+" "+s.Type, err != nil || slices.Contains(subscribers, r.Action))
			d.run.Report(err)
		}
		switch takes {
		case ready:
			wanted = append(wanted, r)
		case removed:
			gone = append(gone, r)
		case notNow:
			d.Held++
		}
	}
	return wanted, gone
}

// endAll ends deliveries that nothing will attempt any more.
func (d *Due) endAll(ctx context.Context, gone []event.Delivery, outcome, why string) {
	d.each(ctx, gone, func(ctx context.Context, r event.Delivery) error {
		if r.Attempts == 0 {
			return d.end(ctx, r, event.Done, outcome)
		}
		return d.end(ctx, r, event.Parked, why)
	})
	d.Ended += len(gone)
}

// end finishes a delivery that no attempt can serve any more.
func (d *Due) end(ctx context.Context, r event.Delivery, state event.State, why string) error {
	now := d.run.now()
	r, err := d.Ledger.Claim(ctx, event.Claim{
		DeliveryRef: r.Ref(), Owner: "reconcile " + now.Format(time.RFC3339Nano),
		Now: now, Lease: now.Add(time.Minute), Expires: r.Expires,
	})
	if errors.Is(err, event.ErrFinished) || errors.Is(err, event.ErrNotDue) {
		return nil // an attempt was faster
	}
	if err != nil {
		return fmt.Errorf("claim to end it: %w", err)
	}
	r.State, r.Next, r.Lease, r.Updated = state, now, time.Time{}, now
	if state == event.Done {
		r.Outcome = why
	} else {
		r.Error = why
		r.Record(event.Attempt{At: now, Error: why})
	}
	return d.Ledger.Commit(ctx, event.Commit{Delivery: r, Claimed: true})
}
