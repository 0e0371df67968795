package demo

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/parallel"
)

// readers is how many reads run at once.
const readers = 16

// stateSkipped counts deliveries that are done without a change.
const stateSkipped = "skipped"

// ledger checks that every event is stored once, as it was signed or as Stripe lists
// it, and done by all its subscribers.
func (r *Review) ledger() error {
	ctx := r.Cmd.Context()
	stored, err := parallel.Map(ctx, readers, r.Plan.Events, func(ctx context.Context, e Event) (event.Stored, error) {
		return r.Stack.Tables.Get(ctx, e.ID)
	})
	if err != nil {
		return err
	}
	ds, unreadable, err := r.Stack.Operator().DeliveriesOf(ctx, stored)
	if err := errors.Join(err, unreadable); err != nil {
		return err
	}
	for i, e := range r.Plan.Events {
		r.event(e, stored[i], ds[e.ID])
	}
	return r.once(ctx)
}

// event compares one event with what the stack has of it.
func (r *Review) event(e Event, stored event.Stored, ds []event.Delivery) {
	r.Events++
	same := func(body []byte) bool { return bytes.Equal(stored.Body, body) }
	if !same(e.Body) && !slices.ContainsFunc(e.Others, same) {
		r.Break("%s is not stored as it was signed: %s", e.ID, stored.Body)
	}
	for _, d := range ds {
		r.delivered(d)
	}
	status := event.StatusOf(stored, ds)
	r.Statuses[string(status)]++
	if status != event.StatusDone && status != event.StatusIgnored {
		r.Break("%s %s is %s: %+v", e.Type, e.ID, status, ds)
	}
}

// delivered counts a delivery.
func (r *Review) delivered(d event.Delivery) {
	if r.Deliveries[d.Action] == nil {
		r.Deliveries[d.Action] = map[string]int{}
	}
	state := string(d.State)
	if d.State == event.Done && d.Withheld {
		state = stateSkipped
	}
	r.Deliveries[d.Action][state]++
}

// once checks that the stack has no events besides the plan's.
func (r *Review) once(ctx context.Context) error {
	n := 0
	for _, err := range event.ReceivedBetween(ctx, r.Stack.Tables, time.Now().Add(-24*time.Hour), time.Now().Add(time.Hour)) {
		if err != nil {
			return err
		}
		n++
	}
	if n != r.Events {
		r.Break("%d events are stored, expected %d", n, r.Events)
	}
	return nil
}

// audit compares all state with what the stored events give.
func (r *Review) audit() error {
	var err error
	if r.Audit, err = r.Stack.Operator().Audit(r.Cmd.Context(), operator.Audit{}); err != nil {
		return err
	}
	for _, f := range r.Audit.Findings {
		r.Break("audit: %s, %s %s is %s: %s", f.Action, f.Table, f.Key, f.Verdict, f.Error+cli.Difference(f))
	}
	return nil
}
