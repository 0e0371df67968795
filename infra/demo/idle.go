package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
)

const (
	// askEvery is the pause between looks at events that are not done.
	askEvery = 200 * time.Millisecond
	// askOf is how many of them a look is at: the stack has better things to do than to
	// say again and again that a thousand are not done.
	askOf = 50
)

// WaitIdle waits until no event is pending or waiting. After the timeout it is an
// error that names one.
func WaitIdle(cmd *cobra.Command, t *cli.Target, timeout time.Duration) error {
	ctx, deadline := cmd.Context(), time.Now().Add(timeout)
	shown := cli.NewProgress(cmd, "events done", 0)
	defer shown.End()
	done, before := map[string]bool{}, 0
	for {
		left, err := unfinished(ctx, t, done)
		if err != nil || len(left) == 0 {
			return err
		}
		for len(left) > 0 {
			shown.Add(len(done) - before)
			before = len(done)
			if time.Now().After(deadline) {
				return fmt.Errorf("%s not done after %s, %s among them", cli.Count(len(left), "event is", "events are"), timeout, left[0])
			}
			n := min(len(left), askOf)
			still, err := again(ctx, t, left[:n], done)
			if err != nil {
				return err
			}
			if left = append(still, left[n:]...); len(still) == 0 {
				continue
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(askEvery):
			}
		}
	}
}

// unfinished lists the events that are pending or waiting, and adds the others to
// done.
func unfinished(ctx context.Context, t *cli.Target, done map[string]bool) (left []string, err error) {
	now := time.Now()
	stored, unreadable, err := event.Collect(event.ReceivedBetween(ctx, t.Tables, now.Add(-24*time.Hour), now.Add(time.Hour)))
	if err := errors.Join(err, unreadable); err != nil {
		return nil, err
	}
	return without(ctx, t, slices.DeleteFunc(stored, func(e event.Stored) bool { return done[e.ID] }), done)
}

// again looks at these events only.
func again(ctx context.Context, t *cli.Target, ids []string, done map[string]bool) (left []string, err error) {
	found, err := t.Tables.Events(ctx, ids)
	if err != nil {
		return nil, err
	}
	var stored []event.Stored
	for _, id := range ids {
		if e, is := found[id]; is {
			stored = append(stored, e)
		}
	}
	return without(ctx, t, stored, done)
}

// without lists those that are not done, and adds the others to done.
func without(ctx context.Context, t *cli.Target, stored []event.Stored, done map[string]bool) (left []string, err error) {
	ds, unreadable, err := t.Operator().DeliveriesOf(ctx, stored)
	if err := errors.Join(err, unreadable); err != nil {
		return nil, err
	}
	for _, e := range stored {
		switch event.StatusOf(e, ds[e.ID]) {
		case event.StatusPending, event.StatusWaiting:
			left = append(left, e.ID)
		default:
			done[e.ID] = true
		}
	}
	return left, nil
}
