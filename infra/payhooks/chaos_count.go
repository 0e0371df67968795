package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/story"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

// carried is the longest wait that a message has in a queue; a longer one is
// the ledger's.
const carried = time.Minute

// makeDue retries at once what failed so often that its next attempt is hours
// away, as an operator does after an outage.
func makeDue(ctx context.Context, c *connection) error {
	now := time.Now()
	all, unreadable, err := collect(c.Tables.Unfinished(ctx, event.Waiting, now.AddDate(0, 0, 7)))
	if err := errors.Join(err, unreadable); err != nil {
		return err
	}
	late := slices.DeleteFunc(all, func(d event.Delivery) bool { return d.Next.Sub(now) <= carried })
	return parallel.Each(ctx, readers, late, func(ctx context.Context, d event.Delivery) error {
		_, err := c.reopen(ctx, d.Ref(), false)
		return err
	})
}

// count compares what was acknowledged with its result.
func (s *storm) count(cmd *cobra.Command, c *connection, months []month) error {
	j := newJudge(cmd, c, months)
	if err := s.events(cmd.Context(), c, j); err != nil {
		return err
	}
	err := j.state()
	s.r.Doubled, s.r.Audited, s.r.Broken = j.Doubled, j.Audit.Checked, append(s.r.Broken, j.Broken...)
	return err
}

// events counts the acknowledged events by status.
func (s *storm) events(ctx context.Context, c *connection, j *judge) error {
	var events []story.Event
	customer := map[string]string{}
	for _, st := range storiesOf(j.months) {
		for _, e := range st.Events {
			events, customer[e.ID] = append(events, e), st.Customer
		}
	}
	s.r.Acknowledged = len(events)
	found, err := parallel.Map(ctx, readers, events, func(ctx context.Context, e story.Event) (event.Stored, error) {
		stored, err := c.Tables.Get(ctx, e.ID)
		if errors.Is(err, event.ErrNotFound) {
			err = nil
		}
		return stored, err
	})
	if err != nil {
		return err
	}
	stored := slices.DeleteFunc(found, func(e event.Stored) bool { return e.ID == "" })
	s.r.Lost += len(events) - len(stored)
	ds, unreadable, err := c.deliveries(ctx, stored)
	for _, e := range stored {
		if s.became(e, ds[e.ID]) == event.StatusUnknown {
			j.uncertain[customer[e.ID]] = true
		}
	}
	return errors.Join(err, unreadable)
}

// became counts one event.
func (s *storm) became(e event.Stored, ds []event.Delivery) event.Status {
	status := event.StatusOf(e, ds)
	switch status {
	case event.StatusDone, event.StatusIgnored:
		s.r.Done++
	case event.StatusUnknown:
		s.r.Unknown++
	case event.StatusParked:
		s.r.Parked++
		s.r.Broken = append(s.r.Broken, fmt.Sprintf("%s %s is parked: %+v", e.Type, e.ID, ds))
	default:
		s.r.Lost++
		s.r.Broken = append(s.r.Broken, fmt.Sprintf("%s %s is not done: %+v", e.Type, e.ID, ds))
	}
	return status
}

func (s *storm) report(cmd *cobra.Command) error {
	s.r.Sent = s.sent.Load()
	if out := cmd.OutOrStdout(); wantsJSON(cmd) {
		if err := printJSON(out, s.r); err != nil {
			return err
		}
	} else {
		s.r.print(out)
	}
	if s.r.Lost+s.r.Doubled+len(s.r.Broken) > 0 {
		return fmt.Errorf("%w: %d lost, %d doubled, %d broken", errBroken, s.r.Lost, s.r.Doubled, len(s.r.Broken))
	}
	return nil
}

func (r *chaosReport) print(out io.Writer) {
	t := tableOf("RESULT", "")
	for _, row := range []struct {
		what string
		n    any
	}{
		{"requests sent", r.Sent},
		{"events acknowledged", r.Acknowledged},
		{"done", r.Done},
		{"a mail or notice unknown", r.Unknown},
		{"parked", r.Parked},
		{"lost", r.Lost},
		{"doubled", r.Doubled},
		{"rows recomputed by the audit", r.Audited},
		{"faults set", r.Faults},
		{"kills", asJSON(r.Kills)},
	} {
		t.AppendRow([]any{row.what, row.n})
	}
	fmt.Fprintf(out, "\n%s\n", t.Render())
	for _, b := range r.Broken {
		fmt.Fprintln(out, "BROKEN", b)
	}
}
