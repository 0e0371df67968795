package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/demo"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

const (
	// carried is the longest wait that a message has in a queue; a longer one is
	// the ledger's.
	carried = time.Minute
	// readers is how many reads run at once.
	readers = 16
)

// makeDue retries at once what failed so often that its next attempt is hours
// away, as an operator does after an outage.
func makeDue(ctx context.Context, t *cli.Target) error {
	now := time.Now()
	all, unreadable, err := event.Collect(event.UnfinishedDeliveries(ctx, t.Tables, event.Waiting, now.AddDate(0, 0, 7)))
	if err := errors.Join(err, unreadable); err != nil {
		return err
	}
	late := slices.DeleteFunc(all, func(d event.Delivery) bool { return d.Next.Sub(now) <= carried })
	o := t.Operator()
	return parallel.Each(ctx, readers, late, func(ctx context.Context, d event.Delivery) error {
		_, err := o.Reopen(ctx, d.Ref(), false)
		return err
	})
}

// count compares what was acknowledged with its result.
func (c *run) count(r *demo.Review) error {
	if err := c.events(r); err != nil {
		return err
	}
	err := r.State()
	c.r.Doubled, c.r.Audited, c.r.Broken = r.Doubled, r.Audit.Checked, append(c.r.Broken, r.Broken...)
	return err
}

// events counts the acknowledged events by status.
func (c *run) events(r *demo.Review) error {
	ctx, all := r.Cmd.Context(), c.Plan.Events
	c.r.Acknowledged = len(all)
	party := map[string]string{}
	for _, e := range all {
		party[e.ID] = e.Party
	}
	found, err := parallel.Map(ctx, readers, all, func(ctx context.Context, e demo.Event) (event.Stored, error) {
		stored, err := r.Stack.Tables.Get(ctx, e.ID)
		if errors.Is(err, event.ErrNotFound) {
			err = nil
		}
		return stored, err
	})
	if err != nil {
		return err
	}
	stored := slices.DeleteFunc(found, func(e event.Stored) bool { return e.ID == "" })
	c.r.Lost += len(all) - len(stored)
	ds, unreadable, err := r.Stack.Operator().DeliveriesOf(ctx, stored)
	for _, e := range stored {
		if c.event(e, ds[e.ID]) == event.StatusUnknown {
			r.Uncertain[party[e.ID]] = true
		}
	}
	return errors.Join(err, unreadable)
}

// event counts one event.
func (c *run) event(e event.Stored, ds []event.Delivery) event.Status {
	status := event.StatusOf(e, ds)
	switch status {
	case event.StatusDone, event.StatusIgnored:
		c.r.Done++
	case event.StatusUnknown:
		c.r.Unknown++
	case event.StatusParked:
		c.r.Parked++
		c.r.Broken = append(c.r.Broken, fmt.Sprintf("%s %s is parked: %+v", e.Type, e.ID, ds))
	default:
		c.r.Lost++
		c.r.Broken = append(c.r.Broken, fmt.Sprintf("%s %s is not done: %+v", e.Type, e.ID, ds))
	}
	return status
}
