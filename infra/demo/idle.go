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

// WaitIdle waits until no event is pending or waiting. After the timeout it is an
// error that names one.
func WaitIdle(cmd *cobra.Command, t *cli.Target, timeout time.Duration) error {
	ctx, deadline := cmd.Context(), time.Now().Add(timeout)
	shown := cli.NewProgress(cmd, "events done", 0)
	defer shown.End()
	done := map[string]bool{}
	for {
		before := len(done)
		left, err := unfinished(ctx, t, done)
		if err != nil || len(left) == 0 {
			return err
		}
		shown.Add(len(done) - before)
		if time.Now().After(deadline) {
			return fmt.Errorf("%s not done after %s, %s among them", cli.Count(len(left), "event is", "events are"), timeout, left[0])
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
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
	stored = slices.DeleteFunc(stored, func(e event.Stored) bool { return done[e.ID] })
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
